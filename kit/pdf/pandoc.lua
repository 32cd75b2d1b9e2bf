-- Markdown and HTML tables to typst: run as `pandoc lua pandoc.lua`, JSON in, JSON out.
--
-- in:  formulas   as written, by token number         out:  parts    typst of each
--      parts      {format, text, place}                     pieces   what typst gets by token:
--                                                                    pictures and raw typst
-- Every read is in pandoc's sandbox: its last argument, the files it may see, is empty.

local READERS = {
  markdown = 'gfm-tex_math_dollars-tex_math_gfm-yaml_metadata_block-emoji+raw_attribute',
  html = 'html',
}
local OPTIONS = pandoc.WriterOptions { wrap_text = 'none' }
local TAGS = {
  b = pandoc.Strong, strong = pandoc.Strong, i = pandoc.Emph, em = pandoc.Emph,
  sup = pandoc.Superscript, sub = pandoc.Subscript, u = pandoc.Underline, s = pandoc.Strikeout,
}
local FORMULA, PIECE = '\u{E000}(%d+)\u{E001}', '\u{E002}%d\u{E003}'

local input = pandoc.json.decode(io.read('a'), false)
local pieces, place = {}, nil
local typst_of

local function write(blocks)
  return (pandoc.write(pandoc.Pandoc(blocks), 'typst', OPTIONS):gsub('%s+$', ''))
end

local function typst_inline(text) return pandoc.RawInline('typst', text) end

local CALLS = {
  Strong = true, Emph = true, Strikeout = true, Superscript = true, Subscript = true,
  Underline = true, SmallCaps = true, Link = true,
}

-- What pandoc forgets: a list or heading where a table's cell begins, `#emph[W].shape`.
local ESCAPED = {
  Inlines = function(inlines)
    for index = #inlines - 1, 1, -1 do
      local after = inlines[index + 1]
      if CALLS[inlines[index].t] and after.t == 'Str' and after.text:match('^%.') then
        inlines:insert(index + 1, typst_inline(';'))
      end
    end
    return inlines
  end,
  Str = function(str)
    if str.text:match('^[-+/]$') or str.text:match('^=+$') then
      return typst_inline((str.text:gsub('.', '\\%0')))
    elseif str.text:match('^%d+%.$') then
      return typst_inline((str.text:gsub('%.', '\\.')))
    end
  end,
}

local function add_piece(piece)
  piece.place = place
  table.insert(pieces, piece)
  return PIECE:format(#pieces - 1)
end

-- Formulas --------------------------------------------------------------------------------------

-- In code a `$` is a dollar: put back what was taken for a formula.
local function as_written(text)
  return (text:gsub('`?' .. FORMULA .. '`?', function(number)
    return input.formulas[tonumber(number) + 1]
  end))
end

local function code_or_formula(element)
  if element.text:match('^%s*' .. FORMULA .. '%s*$') then
    return typst_inline(element.text:match('^%s*(.-)%s*$'))
  end
  element.text = as_written(element.text)
  return element
end

-- Raw HTML: the few inline tags that bear meaning are kept, other tags dropped ------------------

local function is_html(inline)
  return inline.t == 'RawInline' and inline.format == 'html'
end

local function close_tags(inlines)
  local stack = { { content = pandoc.Inlines {} } }
  for _, inline in ipairs(inlines) do
    local closing, tag = (is_html(inline) and inline.text or ''):match('^<(/?)%s*(%a+)')
    local top = stack[#stack]
    if not is_html(inline) then
      top.content:insert(inline)
    elseif tag == 'br' then
      top.content:insert(pandoc.LineBreak())
    elseif tag == 'img' then
      top.content:extend(pandoc.utils.blocks_to_inlines(
        pandoc.read(inline.text, 'html', {}, {}).blocks))
    elseif TAGS[tag] and closing == '' then
      table.insert(stack, { tag = tag, content = pandoc.Inlines {} })
    elseif TAGS[tag] and top.tag == tag then
      table.remove(stack)
      stack[#stack].content:insert(TAGS[tag](top.content))
    end
  end
  while #stack > 1 do
    local unclosed = table.remove(stack)
    stack[#stack].content:extend(unclosed.content)
  end
  return stack[1].content
end

local function tags_closed(inlines)
  if inlines:find_if(is_html) then return close_tags(inlines) end
end

local function read_html(text)
  text = text:gsub('`(' .. FORMULA .. ')`', '<code>%1</code>')
  return pandoc.read(text, READERS.html, {}, {}).blocks
end

-- Tables: bold head, numbers to the right -------------------------------------------------------

local function is_number(text)
  return text:match('^[^%a]*%d[^%a]*$') or text:match('^[^%a]*%d[eE][+-]?%d+$')
    or text:match('^[^%a]*%d%s?m?s$') or text == 'NaN' or text == 'nan' or text == 'inf'
end

local function all_rows(tbl)
  local rows = pandoc.List {}
  for _, body in ipairs(tbl.bodies) do
    rows:extend(body.head)
    rows:extend(body.body)
  end
  return rows
end

local function is_number_column(rows, column)
  local numbers = 0
  for _, row in ipairs(rows) do
    local cell = row.cells[column]
    local text = cell and pandoc.utils.stringify(cell.contents) or ''
    if is_number(text) then
      numbers = numbers + 1
    elseif text:match('%w') or (cell and #cell.contents > 0 and text == '') then
      return false
    end
  end
  return numbers > 0
end

local function bold_head(tbl)
  local head = tbl.head
  for _, row in ipairs(head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.contents = cell.contents:walk {
        Plain = function(plain)
          if #plain.content > 0 then return pandoc.Plain { pandoc.Strong(plain.content) } end
        end,
      }
    end
  end
  tbl.head = head
end

local function data_table(tbl)
  local rows = all_rows(tbl)
  bold_head(tbl)
  tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1], nil } end)
  for column, spec in ipairs(tbl.colspecs) do
    if spec[1] == 'AlignDefault' then
      local side = is_number_column(rows, column) and 'AlignRight' or 'AlignLeft'
      tbl.colspecs[column] = { side, nil }
    end
  end
  tbl.attr = pandoc.Attr()
  return pandoc.RawBlock('typst', ('#data-table(%d)[%s]'):format(#rows, write { tbl:walk(ESCAPED) }))
end

-- The walk --------------------------------------------------------------------------------------

local function picture(image)
  return typst_inline(add_piece {
    kind = 'picture', source = image.src, alt = as_written(pandoc.utils.stringify(image.caption)),
    width = image.attributes.width,
  })
end

local function picture_alone(para)
  local only = #para.content == 1 and para.content[1]
  local number = only and only.t == 'RawInline' and only.text:match('^\u{E002}(%d+)\u{E003}$')
  if number then pieces[tonumber(number) + 1].alone = true end
end

local function without_identifier(element)
  element.attr = pandoc.Attr('', element.classes)  -- two notebooks may use the same
  return element
end

local function content_only(element) return element.content end

local function link(element)
  if not element.target:match('^https?://') and not element.target:match('^mailto:') then
    return element.content  -- a file beside the notebook, or a heading: no place in the PDF
  end
end

local function raw_block(block)
  if block.format == 'html' then return typst_of(read_html(block.text)) end
  if block.format == 'typst' then
    return pandoc.RawBlock('typst', add_piece { kind = 'typst', source = block.text })
  end
end

local function raw_inline(inline)
  if inline.format == 'typst' and not inline.text:match('^[\u{E000}\u{E002}]') then
    return typst_inline(add_piece { kind = 'typst', source = inline.text })
  end
end

local function code_block(block)
  local result = code_or_formula(block)
  return result.t == 'RawInline' and pandoc.Para { result } or result
end

local INLINES = { Inlines = tags_closed }
local ELEMENTS = {
  Code = code_or_formula, CodeBlock = code_block, Image = picture, Link = link,
  RawInline = raw_inline, Header = without_identifier, Div = content_only, Span = content_only,
}
local BLOCKS = { Para = picture_alone, Plain = picture_alone, RawBlock = raw_block }
local TABLES = { Table = data_table }

function typst_of(blocks)
  for _, filter in ipairs { INLINES, ELEMENTS, BLOCKS, TABLES, ESCAPED } do
    blocks = blocks:walk(filter)
  end
  return blocks
end

local function part(given)
  place = given.place
  local text = given.text .. '\n'  -- without it a table's last row is no row
  local blocks = given.format == 'html' and read_html(text)
    or pandoc.read(text, READERS.markdown, {}, {}).blocks
  return write(typst_of(blocks))
end

local function each(list, convert)
  local out = pandoc.List {}
  for _, item in ipairs(list) do out:insert(convert(item)) end
  return out
end

io.write(pandoc.json.encode {
  parts = each(input.parts, part), pieces = pandoc.List(pieces),
})
