-- Looks that HTML gives to elements, as calls of report.typ: colours, alert boxes, alignment.
-- No other attribute is kept.

-- names: the colours of CSS; calls: those of this program's own divisions, by their class
local looks = { names = {}, calls = {} }
local ALERTS = {        -- class of Bootstrap, of GitHub's or of MyST's Markdown: its looks
  ['alert-info'] = 'info', ['alert-success'] = 'success', ['alert-warning'] = 'warning',
  ['alert-danger'] = 'danger', alert = 'info', note = 'info', tip = 'success',
  important = 'info', warning = 'warning', caution = 'danger',
}

local function two_digits(number)
  return ('%02x'):format(math.min(255, math.floor(number + 0.5)))
end

-- A colour of CSS as typst; nil if it is none.
function looks.colour(css)
  css = css:lower():gsub('%s*!important', ''):match('^%s*(.-)%s*$')
  local digits = (looks.names[css] or css):match('^#(%x+)$')
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

-- A colour, or the bar that pandas draws in a cell: linear-gradient(90deg, red 20%, white 20%).
local function fill(css)
  local stops = css:match('linear%-gradient%(%s*90deg%s*,(.*)%)')
  if not stops then return looks.colour(css) end
  local out, last = pandoc.List {}, 0
  for name, share in (stops .. ','):gmatch('%s*([#%w]+%(?[%d., ]*%)?)%s+([%d.]+)%%%s*,') do
    local colour = name == 'transparent' and 'white' or looks.colour(name)
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
function looks.declarations(attr)
  local found = {}
  for name, value in (attr.attributes.style or ''):gmatch('([%w-]+)%s*:%s*([^;]+)') do
    found[name:lower()] = value:match('^%s*(.-)%s*$')
  end
  return found
end

local function breaks_page(style)
  for name, value in pairs(style) do
    if name:match('break%-%a+$') and (value == 'always' or value == 'page') then return true end
  end
end

-- {fill, ink, align, stroke, rtl, hidden, page_break, bold} of an element, each as typst or nil.
function looks.of(attr)
  local style, classes = looks.declarations(attr), attr.classes
  local align = (style['text-align'] or attr.attributes.align or ''):lower()
  local border = style.border or ''
  return {
    fill = fill(style['background-color'] or style.background or attr.attributes.bgcolor or ''),
    ink = looks.colour(style.color or ''),
    align = (align == 'center' or align == 'right') and align
      or classes:includes('text-center') and 'center' or nil,
    stroke = border:match('solid') and (looks.colour(border:match('solid%s+(.*)$') or '')
      or 'luma(120)') or nil,
    rtl = (style.direction or attr.attributes.dir or ''):lower() == 'rtl',
    bold = style['font-weight'] == 'bold',
    hidden = style.display == 'none', page_break = breaks_page(style),
  }
end

local function arguments(given)
  local list = pandoc.List {}
  for _, name in ipairs { 'fill', 'ink', 'align', 'stroke' } do
    if given[name] then list:insert(name .. ': ' .. given[name]) end
  end
  if given.rtl then list:insert('dir: rtl') end
  return table.concat(list, ', ')
end

-- The call that shows a division's looks, up to its bracket; nil if it has none.
function looks.opening(div)
  for _, class in ipairs(div.classes) do
    local kind = ALERTS[class]
    local alone = #div.classes == 1 or div.classes:includes('admonition')
    if kind and (class:match('^alert') or alone) then
      for _, other in ipairs(div.classes) do
        kind = class == 'alert' and other ~= 'alert' and ALERTS[other] or kind
      end
      return ('#alert("%s")['):format(kind)
    end
  end
  local given = arguments(looks.of(div.attr))
  return given ~= '' and ('#styled(%s)['):format(given) or nil
end

-- A span with its looks.
function looks.span(span)
  local own, class = looks.of(span.attr), span.classes[1]
  if own.hidden then return pandoc.Inlines {} end
  local content = own.bold and pandoc.Inlines { pandoc.Strong(span.content) } or span.content
  local given = arguments { fill = own.fill, ink = own.ink }
  local call = given ~= '' and ('#tinted(%s)['):format(given) or class == 'mark' and '#highlight['
    or class == 'kbd' and '#key[' or class == 'small' and '#text(size: 0.85em)['
    or class == 'big' and '#text(size: 1.2em)['
  if not call then return content end
  return pandoc.Inlines { pandoc.RawInline('typst', call) } .. content
    .. { pandoc.RawInline('typst', '];') }
end

-- No attribute reaches typst: pandoc would copy `typst:…` attributes as code, and two notebooks
-- may use the same identifier.
function looks.without_attributes(element)
  element.attr = pandoc.Attr()
  return element
end

-- A cell keeps its colours.
local function cell_with_looks(cell)
  local own = looks.of(cell.attr)
  if own.ink or own.bold then
    cell.contents = cell.contents:walk { Plain = function(plain)
      return pandoc.Plain(looks.span(pandoc.Span(plain.content, pandoc.Attr('', {}, {
        style = ('color: %s; font-weight: %s'):format(
          looks.declarations(cell.attr).color or '', own.bold and 'bold' or '') }))))
    end }
  end
  cell.attr = pandoc.Attr('', {}, own.fill and { ['typst:fill'] = own.fill } or {})
end

local function rows_without_attributes(rows)
  for _, row in ipairs(rows) do
    row.attr = pandoc.Attr()
    for _, cell in ipairs(row.cells) do cell_with_looks(cell) end
  end
  return rows
end

function looks.table(tbl)
  local head, foot = tbl.head, tbl.foot
  head.attr, head.rows = pandoc.Attr(), rows_without_attributes(head.rows)
  foot.attr, foot.rows = pandoc.Attr(), rows_without_attributes(foot.rows)
  tbl.head, tbl.foot, tbl.attr = head, foot, pandoc.Attr()
  for _, body in ipairs(tbl.bodies) do
    body.attr = pandoc.Attr()
    body.head, body.body = rows_without_attributes(body.head), rows_without_attributes(body.body)
  end
  return tbl
end

function looks.new_page() return pandoc.Div({}, pandoc.Attr('', {}, { page = 'break' })) end

-- The content of a division between its call and its bracket; a page breaks outside of calls only.
looks.OPENED = { Div = function(div)
  local opening = div.attributes.opening
  if not opening then return {} end
  return pandoc.Blocks { pandoc.RawBlock('typst', opening) } .. div.content
    .. { pandoc.RawBlock('typst', '];') }
end }

-- The call of a division is in an attribute that only this script gives.
function looks.division(div)
  local own = looks.of(div.attr)
  local opening = looks.calls[div.classes[1]] or looks.opening(div)
  if own.hidden then return {} end
  local rest = div.content:filter(function(block) return block.t ~= 'Header' end)
  local content = div.content:map(function(block)
    return block.t == 'Plain' and pandoc.Para(block.content) or block
  end)
  if opening and #rest > 0 then
    content = { pandoc.Div(content, pandoc.Attr('', {}, { opening = opening })) }
  end
  if own.page_break then
    content = pandoc.Blocks(content)
    content:insert(looks.new_page())
  end
  return content
end

function looks.header(header)
  if #header.content == 0 then return {} end
  if looks.of(header.attr).ink then
    header.content = looks.span(pandoc.Span(header.content, header.attr))
  end
  return looks.without_attributes(header)
end

return looks
