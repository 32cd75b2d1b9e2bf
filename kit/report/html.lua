-- HTML made ready for pandoc.

local html = {}
local NEEDS_BROWSER = {
  iframe = true, video = true, audio = true, object = true, embed = true, canvas = true,
}
-- Tags that pandoc drops, or cannot read unless they are closed.
local AS_SPAN = { mark = true, kbd = true, dfn = true, abbr = true, q = true, big = true }
local STYLED = { 'b', 'i', 'em', 'strong', 'u', 's', 'del', 'ins', 'strike', 'sub', 'sup' }
local HIDES = { pre = 'div', svg = 'span' }     -- what follows, if it is left open: what does not

local function count(text, pattern) return select(2, text:gsub(pattern, '')) end

-- Whether a tag is closed as often as opened. Otherwise each opening would be searched to the end.
local function is_closed(text, tag)
  return count(text, '</' .. tag .. '>') >= count(text, '<' .. tag .. '%f[%s>]')
end

-- HTML with tags that pandoc keeps in place of those that it drops, and none that hides the rest.
-- unprintable(tag): the HTML in place of a tag that needs a browser.
function html.normalized(text, unprintable)
  text = text:gsub('<(/?)(%a%w*)', function(slash, tag) return '<' .. slash .. tag:lower() end)
  text = text:gsub('<center%s*>', '<div style="text-align: center">'):gsub('</center>', '</div>')
  text = text:gsub('<font%s([^>]*)>', function(attributes)
    local colour = attributes:match('color%s*=%s*["\']?([#%w]+)')
    return colour and ('<span style="color: %s">'):format(colour) or '<span>'
  end):gsub('</font>', '</span>')
  text = text:gsub('<(/?)main%f[%s>]', '<%1div')    -- pandoc would read nothing else
  text = text:gsub('<(/?)(%a+)([^>]*)>', function(slash, tag, attributes)
    if not AS_SPAN[tag] then return end
    return slash == '/' and '</span>' or ('<span class="%s"%s>'):format(tag, attributes)
  end)
  for _, tag in ipairs(STYLED) do
    if is_closed(text, tag) then
      text = text:gsub(('<%s(%%s[^>]*style[^>]*)>(.-)</%s>'):format(tag, tag),
        ('<span%%1><%s>%%2</%s></span>'):format(tag, tag))
    end
  end
  for tag, instead in pairs(HIDES) do
    if not is_closed(text, tag) then
      text = text:gsub("<(/?)" .. tag .. "%f[%s>]", "<%1" .. instead)
    end
  end
  text = text:gsub('<[hb]r%s[^>]*break%-%a+:%s*always[^>]*>',
    '<div style="break-after: page"></div>')
  if is_closed(text, 'p') then
    text = text:gsub('<p(%s[^>]*)>(.-)</p>', '<div%1><p>%2</p></div>')
  end
  text = text:gsub('(<h([1-6])[^>]*>)([^\n]*)', function(tag, level, line)
    local closed = line:lower():find('</h' .. level, 1, true)
    local open = not closed and not line:match('^%s*$')
    return open and ('%s%s</h%s>'):format(tag, line, level) or nil
  end)
  return (text:gsub('<(%a+)[^>]*>', function(tag)
    return NEEDS_BROWSER[tag] and unprintable(tag) or nil
  end))
end

return html
