-- HTML made ready for pandoc.

local html = {}
local NEEDS_BROWSER = {
  iframe = true, video = true, audio = true, object = true, embed = true, canvas = true,
}
-- Tags that pandoc drops, or cannot read unless they are closed.
local AS_SPAN = { mark = true, kbd = true, dfn = true, abbr = true, q = true, big = true }
local STYLED = { b = true, i = true, em = true, strong = true, u = true, s = true, del = true,
  ins = true, strike = true, sub = true, sup = true }

-- HTML with tags that pandoc keeps in place of those that it drops, and none that hides the rest.
-- unprintable(tag): the HTML in place of a tag that needs a browser.
function html.normalized(text, unprintable)
  text = text:gsub('<(/?)[cC][eE][nN][tT][eE][rR]%s*>', function(slash)
    return slash == '' and '<div style="text-align: center">' or '</div>'
  end)
  text = text:gsub('<font%s([^>]*)>', function(attributes)
    local colour = attributes:match('color%s*=%s*["\']?([#%w]+)')
    return colour and ('<span style="color: %s">'):format(colour) or '<span>'
  end):gsub('</font>', '</span>')
  text = text:gsub('<(/?)main%f[%s>]', '<%1div')    -- pandoc would read nothing else
  text = text:gsub('<(/?)(%a+)([^>]*)>', function(slash, tag, attributes)
    if not AS_SPAN[tag] then return end
    return slash == '/' and '</span>' or ('<span class="%s"%s>'):format(tag, attributes)
  end)
  text = text:gsub('<(%a+)(%s[^>]*style[^>]*)>(.-)</%1>', function(tag, attributes, inner)
    if STYLED[tag] then
      return ('<span%s><%s>%s</%s></span>'):format(attributes, tag, inner, tag)
    end
  end)
  for tag, instead in pairs { pre = 'div', svg = 'span' } do
    local _, opened = text:gsub('<' .. tag .. '%f[%s>]', '')
    local _, closed = text:gsub('</' .. tag .. '>', '')
    if opened ~= closed then text = text:gsub('<(/?)' .. tag .. '%f[%s>]', '<%1' .. instead) end
  end
  text = text:gsub('<[hb]r%s[^>]*break%-%a+:%s*always[^>]*>',
    '<div style="break-after: page"></div>')
  text = text:gsub('<p(%s[^>]*)>(.-)</p>', '<div%1><p>%2</p></div>')
  text = text:gsub('(<[hH]([1-6])[^>]*>)([^\n]*)', function(tag, level, line)
    local closed = line:lower():find('</h' .. level, 1, true)
    local open = not closed and not line:match('^%s*$')
    return open and ('%s%s</h%s>'):format(tag, line, level) or nil
  end)
  return (text:gsub('<(%a+)[^>]*>', function(tag)
    return NEEDS_BROWSER[tag:lower()] and unprintable(tag) or nil
  end))
end

return html
