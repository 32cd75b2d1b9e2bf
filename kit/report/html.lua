-- HTML that stands in Markdown and in outputs: its tags closed, its looks as calls of report.typ.

local html = {}
local CONTAINERS = {
  div = true, center = true, blockquote = true, section = true, p = true, details = true,
}
local TAGS = {
  b = pandoc.Strong, strong = pandoc.Strong, i = pandoc.Emph, em = pandoc.Emph,
  sup = pandoc.Superscript, sub = pandoc.Subscript, u = pandoc.Underline, ins = pandoc.Underline,
  s = pandoc.Strikeout, del = pandoc.Strikeout, strike = pandoc.Strikeout,
}
local STYLED = { span = true, font = true, mark = true, kbd = true, small = true, big = true }
local ALERTS = {        -- Bootstrap's class, or the one of an alert in GitHub's Markdown: its looks
  ['alert-info'] = 'info', ['alert-success'] = 'success', ['alert-warning'] = 'warning',
  ['alert-danger'] = 'danger', alert = 'info', note = 'info', tip = 'success',
  important = 'info', warning = 'warning', caution = 'danger',
}

-- Looks -----------------------------------------------------------------------------------------

local function two_digits(number) return ('%02x'):format(math.min(255, math.floor(number + 0.5))) end

-- A colour of CSS as typst; nil if it is none.
function html.colour(css, names)
  css = css:lower():gsub('%s*!important', ''):match('^%s*(.-)%s*$')
  local digits = (names[css] or css):match('^#(%x+)$')
  if digits and (#digits == 3 or #digits == 4 or #digits == 6 or #digits == 8) then
    return ('rgb("#%s")'):format(digits)
  end
  local red, green, blue, alpha = css:match(
    '^rgba?%(%s*([%d.]+)[%s,]+([%d.]+)[%s,]+([%d.]+)[%s,/]*([%d.]*)%s*%)$')
  if red and tonumber(alpha ~= '' and alpha or 1) then
    return ('rgb("#%s")'):format(two_digits(tonumber(red) or 0) .. two_digits(tonumber(green) or 0)
      .. two_digits(tonumber(blue) or 0) .. two_digits(255 * (tonumber(alpha) or 1)))
  end
end

-- A colour, or the bar that pandas draws in a cell: linear-gradient(90deg, red 20%, transparent 20%).
local function fill(css, names)
  local stops = css:match('linear%-gradient%(%s*90deg%s*,(.*)%)')
  if not stops then return html.colour(css, names) end
  local out, last = pandoc.List {}, 0
  for name, share in (stops .. ','):gmatch('%s*([#%w]+%(?[%d., ]*%)?)%s+([%d.]+)%%%s*,') do
    local colour = name == 'transparent' and 'white' or html.colour(name, names)
    share = math.max(last, math.min(tonumber(share) or 0, 100))
    if not colour then return end
    if #out == 0 then out:insert(('(%s, 0%%)'):format(colour)) end
    out:insert(('(%s, %.1f%%)'):format(colour, share))
    last = share
  end
  local colour = #out > 0 and out[#out]:match('^%((.*), ')
  return colour and ('gradient.linear(%s, (%s, 100%%))'):format(table.concat(out, ', '), colour)
end

-- The declarations of a style: name → value.
function html.declarations(attr)
  local found = {}
  for name, value in (attr.attributes.style or ''):gmatch('([%w-]+)%s*:%s*([^;]+)') do
    found[name:lower()] = value:match('^%s*(.-)%s*$')
  end
  return found
end

local function breaks_page(style)
  for _, name in ipairs { 'page-break-after', 'break-after', 'page-break-before', 'break-before' } do
    local value = style[name] or ''
    if value == 'always' or value == 'page' then return true end
  end
end

-- {fill, ink, align, stroke, rtl, hidden, page_break, bold} of an element, each as typst or nil.
function html.looks(attr, names)
  local style, classes = html.declarations(attr), attr.classes
  local align = (style['text-align'] or attr.attributes.align or ''):lower()
  local border = style.border or ''
  return {
    fill = fill(style['background-color'] or style.background or '', names),
    ink = html.colour(style.color or '', names),
    align = (align == 'center' or align == 'right') and align
      or classes:includes('text-center') and 'center' or nil,
    stroke = border:match('solid') and (html.colour(border:match('solid%s+(.*)$') or '', names)
      or 'luma(120)') or nil,
    rtl = (style.direction or attr.attributes.dir or ''):lower() == 'rtl',
    bold = style['font-weight'] == 'bold',
    hidden = style.display == 'none', page_break = breaks_page(style),
  }
end

local function arguments(looks)
  local list = pandoc.List {}
  for _, name in ipairs { 'fill', 'ink', 'align', 'stroke' } do
    if looks[name] then list:insert(name .. ': ' .. looks[name]) end
  end
  if looks.rtl then list:insert('dir: rtl') end
  return table.concat(list, ', ')
end

-- The call that shows a division's looks, up to its bracket; nil if it has none.
function html.opening(div, names)
  for _, class in ipairs(div.classes) do
    local kind = ALERTS[class]
    if kind and (class:match('^alert') or #div.classes == 1) then
      if class == 'alert' then
        for _, other in ipairs(div.classes) do kind = other ~= 'alert' and ALERTS[other] or kind end
      end
      return ('#alert("%s")['):format(kind)
    end
  end
  local given = arguments(html.looks(div.attr, names))
  return given ~= '' and ('#styled(%s)['):format(given) or nil
end

-- A span with its looks.
function html.span(span, names)
  local looks, class = html.looks(span.attr, names), span.classes[1]
  if looks.hidden then return pandoc.Inlines {} end
  local content = looks.bold and pandoc.Inlines { pandoc.Strong(span.content) } or span.content
  local given = arguments { fill = looks.fill, ink = looks.ink }
  local call = class == 'mark' and '#highlight[' or class == 'kbd' and '#key['
    or class == 'small' and '#text(size: 0.85em)[' or class == 'big' and '#text(size: 1.2em)['
    or given ~= '' and ('#tinted(%s)['):format(given)
  if not call then return content end
  return pandoc.Inlines { pandoc.RawInline('typst', call) } .. content
    .. { pandoc.RawInline('typst', '];') }
end

-- Tags ------------------------------------------------------------------------------------------

-- HTML with the tags that pandoc drops as others that it keeps, and no heading left open.
function html.normalized(text)
  text = text:gsub('<(/?)[cC][eE][nN][tT][eE][rR]%s*>', function(slash)
    return slash == '' and '<div style="text-align: center">' or '</div>'
  end)
  text = text:gsub('<font%s([^>]*)>', function(attributes)
    local colour = attributes:match('color%s*=%s*["\']?([#%w]+)')
    return colour and ('<span style="color: %s">'):format(colour) or '<span>'
  end):gsub('</font>', '</span>')
  text = text:gsub('<p(%s[^>]*)>(.-)</p>', '<div%1><p>%2</p></div>')
  text = text:gsub('(<[hH]([1-6])[^>]*>)([^\n]*)', function(tag, level, line)
    local closed = line:lower():find('</h' .. level, 1, true)
    return not closed and not line:match('^%s*$') and ('%s%s</h%s>'):format(tag, line, level) or nil
  end)
  return text
end

-- The attributes of a tag as pandoc reads them.
local function attributes_of(tag)
  local name, rest = tag:match('^<(%w+)(.-)/?>$')
  local read = pandoc.read(html.normalized(('<%s%s>'):format(name == 'font' and 'font' or 'span',
    rest or '')) .. 'x</span>', 'html', {}, {}).blocks
  local first = read[1] and read[1].content and read[1].content[1]
  local attr = first and first.t == 'Span' and first.attr or pandoc.Attr()
  if STYLED[name] and name ~= 'span' and name ~= 'font' then attr.classes = { name } end
  return attr
end

function html.is_html(element)
  return (element.t == 'RawInline' or element.t == 'RawBlock') and element.format == 'html'
end

-- Inlines whose raw tags are elements; unprintable(tag) notes what needs a browser.
function html.close_inlines(inlines, needs_browser, unprintable)
  local stack = { { content = pandoc.Inlines {} } }
  for _, inline in ipairs(inlines) do
    local closing, tag = (html.is_html(inline) and inline.text or ''):match('^<(/?)%s*(%a+)')
    local top, make = stack[#stack], TAGS[tag]
    if not html.is_html(inline) then
      top.content:insert(inline)
    elseif tag == 'br' then
      top.content:insert(pandoc.LineBreak())
    elseif needs_browser[tag] and closing == '' then
      top.content:insert(unprintable(tag))
    elseif tag == 'img' then
      top.content:extend(pandoc.utils.blocks_to_inlines(
        pandoc.read(inline.text, 'html', {}, {}).blocks))
    elseif (make or STYLED[tag]) and closing == '' then
      local attr = not make and attributes_of(inline.text)
      table.insert(stack, { tag = tag, content = pandoc.Inlines {},
        make = make or function(content) return pandoc.Span(content, attr) end })
    elseif (make or STYLED[tag]) and top.tag == tag then
      table.remove(stack)
      stack[#stack].content:insert(top.make(top.content))
    end
  end
  while #stack > 1 do
    local unclosed = table.remove(stack)
    stack[#stack].content:extend(unclosed.content)
  end
  return stack[1].content
end

-- The tags of containers in a text that are not closed, or not opened, within it, in order.
local function open_tags(text)
  local open, loose = pandoc.List {}, {}
  for first, slash, name, last in text:gmatch('()<(/?)(%a+)[^>]*>()') do
    name = name:lower()
    if CONTAINERS[name] then
      local tag = { first = first, last = last, name = name, closing = slash ~= '' }
      if tag.closing and #open > 0 and open[#open].name == name then
        loose[open:remove().first] = nil
      else
        if not tag.closing then open:insert(tag) end
        loose[first] = tag
      end
    end
  end
  local found = pandoc.List {}
  for _, tag in pairs(loose) do found:insert(tag) end
  found:sort(function(one, other) return one.first < other.first end)
  return found
end

local function closed(container)
  if container.name == 'blockquote' then return pandoc.BlockQuote(container.content) end
  return pandoc.Div(container.content, container.attr)
end

-- Blocks whose raw HTML is read, with the Markdown between the tags of a container within it.
function html.close_blocks(blocks, read)
  if not blocks:find_if(html.is_html) then return end
  local stack = pandoc.List { { content = pandoc.Blocks {} } }
  local function insert(text)
    if not text:match('%S') then return end
    stack[#stack].content:extend(read(text):map(function(block)
      return block.t == 'Plain' and pandoc.Para(block.content) or block   -- it stands by itself
    end))
  end
  local function close()
    local container = stack:remove()
    stack[#stack].content:insert(closed(container))
  end
  for _, block in ipairs(blocks) do
    if not html.is_html(block) then
      stack[#stack].content:insert(block)
    else
      local position, text = 1, html.normalized(block.text)
      for _, tag in ipairs(open_tags(text)) do
        insert(text:sub(position, tag.first - 1))
        position = tag.last
        local _, depth = stack:find_if(function(one) return one.name == tag.name end)
        if not tag.closing then
          stack:insert { name = tag.name, content = pandoc.Blocks {},
            attr = attributes_of(text:sub(tag.first, tag.last - 1)) }
        elseif depth then
          for _ = depth, #stack do close() end
        end
      end
      insert(text:sub(position))
    end
  end
  while #stack > 1 do close() end
  return stack[1].content
end

return html
