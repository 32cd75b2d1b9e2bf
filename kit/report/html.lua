-- HTML that stands in Markdown and in outputs, its tags closed.

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

-- HTML with the tags that pandoc drops as others that it keeps, and no heading left open.
function html.normalized(text)
  text = text:gsub('<(/?)[cC][eE][nN][tT][eE][rR]%s*>', function(slash)
    return slash == '' and '<div style="text-align: center">' or '</div>'
  end)
  text = text:gsub('<font%s([^>]*)>', function(attributes)
    local colour = attributes:match('color%s*=%s*["\']?([#%w]+)')
    return colour and ('<span style="color: %s">'):format(colour) or '<span>'
  end):gsub('</font>', '</span>')
  text = text:gsub('<[hb]r%s[^>]*break%-%a+:%s*always[^>]*>',
    '<div style="break-after: page"></div>')
  text = text:gsub('<p(%s[^>]*)>(.-)</p>', '<div%1><p>%2</p></div>')
  text = text:gsub('(<[hH]([1-6])[^>]*>)([^\n]*)', function(tag, level, line)
    local closed = line:lower():find('</h' .. level, 1, true)
    local open = not closed and not line:match('^%s*$')
    return open and ('%s%s</h%s>'):format(tag, line, level) or nil
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
      local attr = (not make or inline.text:find('style', 1, true)) and attributes_of(inline.text)
      table.insert(stack, { tag = tag, content = pandoc.Inlines {}, make = function(content)
        local made = make and make(content)
        return attr and pandoc.Span(made or content, attr) or made
      end })
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
        local depth
        for level, one in ipairs(stack) do depth = one.name == tag.name and level or depth end
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
