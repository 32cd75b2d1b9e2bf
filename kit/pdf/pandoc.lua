-- Markdown, HTML tables and TeX to typst: run as `pandoc lua pandoc.lua`, JSON in, JSON out.
--
-- in:  questions  TeX to set                     out:  answers  {typst, reason} of each
--      formulas   TeX as written, by token             parts    {typst, outline} of each
--      parts      {format, text, place}                pieces   what typst gets by token: pictures,
--                                                               and what is never printed as such
-- An outline lists a part's blocks: a heading as its text, anything else as false.
-- Every read is in pandoc's sandbox: its last argument, the files it may see, is empty.

local READERS = {
  markdown = 'gfm-tex_math_dollars-tex_math_gfm-yaml_metadata_block-emoji+raw_attribute',
  html = 'html',
}
local OPTIONS = pandoc.WriterOptions { wrap_text = 'none' }
local TAGS = {
  b = pandoc.Strong, strong = pandoc.Strong, i = pandoc.Emph, em = pandoc.Emph,
  sup = pandoc.Superscript, sub = pandoc.Subscript, u = pandoc.Underline, ins = pandoc.Underline,
  s = pandoc.Strikeout, del = pandoc.Strikeout, strike = pandoc.Strikeout,
}
local NEEDS_BROWSER = {
  iframe = true, video = true, audio = true, object = true, embed = true, canvas = true,
}
local FORMULA, PIECE = '\u{E000}(%d+)\u{E001}', '\u{E002}%d\u{E003}'

local input = pandoc.json.decode(io.read('a'), false)
local pieces, place = {}, nil
local structured

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

local function answer(tex)
  local doc = pandoc.Pandoc { pandoc.Para { pandoc.Math('DisplayMath', tex) } }
  local messages, typst = pandoc.log.silence(pandoc.write, doc, 'typst', OPTIONS)
  local body = typst:match('^%s*%$%s(.*)%s%$%s*$')
  if body then return { typst = body } end
  local said = messages[1] and messages[1].message or ''
  return { reason = said:match('unexpected[^\n]*') or 'not understood' }
end

-- In code a `$` is a dollar: put back what was taken for a formula.
local function as_written(text)
  return (text:gsub(FORMULA, function(number) return input.formulas[tonumber(number) + 1] end))
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

local function unprintable(tag)
  return typst_inline(add_piece { kind = 'unprintable', source = tag })
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
    elseif NEEDS_BROWSER[tag] and closing == '' then
      top.content:insert(unprintable(tag))
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
  local blocks = pandoc.read(text:gsub('`(' .. FORMULA .. ')`', '<code>%1</code>'),
    READERS.html, {}, {}).blocks
  for tag in text:gmatch('<(%a+)') do
    if NEEDS_BROWSER[tag:lower()] then blocks:insert(pandoc.Plain { unprintable(tag) }) end
  end
  return blocks
end

-- Tables: bold head, numbers to the right -------------------------------------------------------

local function is_number(text)
  return text:match('^[^%a]*%d[^%a]*$') or text:match('^[^%a]*%d[eE][+-]?%d+$')
    or text:match('^[^%a]*%d%s?m?s$') or text == 'NaN' or text == 'nan' or text == 'inf'
end

local function all_rows(tbl, with_head)
  local rows = pandoc.List {}
  if with_head then rows:extend(tbl.head.rows) end
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

-- Widths in points, estimated from the letters: what fits, and how much the letters must shrink.
local SIZE, LETTER, GAP = 9.2, 0.45, 1.2        -- of a letter, its width and a gap's in letters
local PORTRAIT, LANDSCAPE = 465, 717            -- of the page's text area
local SMALLEST_UPRIGHT, SMALLEST_TURNED = 0.72, 0.6
local BOLDER = 1.15
local LONGEST_WORD, WRAPPED_FROM = 40, 28       -- letters that a column keeps on one line
local MOST_ROWS = 100

-- How many letters wide a cell wants to be; a head may wrap between any two words.
local function letters(cell, in_head)
  local widest, text = 0, ''
  cell.contents:walk { RawInline = function(raw) text = text .. ('x'):rep(6) end }
  text = pandoc.utils.stringify(cell.contents) .. ' ' .. text
  for word in text:gmatch('%S+') do widest = math.max(widest, utf8.len(word) or #word) end
  widest = math.min(widest, LONGEST_WORD)
  if in_head then return widest * BOLDER end
  return math.max(widest, math.min((utf8.len(text) or #text) - 1, WRAPPED_FROM))
end

local function column_widths(tbl)
  local widths = pandoc.List {}
  for column = 1, #tbl.colspecs do widths[column] = 1 end
  for index, row in ipairs(all_rows(tbl, true)) do
    local column = 1
    for _, cell in ipairs(row.cells) do
      local share = letters(cell, index <= #tbl.head.rows) / cell.col_span
      for covered = column, math.min(column + cell.col_span - 1, #widths) do
        widths[covered] = math.max(widths[covered], share)
      end
      column = column + cell.col_span
    end
  end
  return widths:map(function(count) return SIZE * (count * LETTER + GAP) end)
end

local function sum(list)
  local total = 0
  for _, number in ipairs(list) do total = total + number end
  return total
end

local function without_columns(tbl, first, last)    -- a copy that keeps column 1 and first … last
  local copy = tbl:clone()
  local function keep(column) return column == 1 or (first <= column and column <= last) end
  local function kept(list)
    local out, column = pandoc.List {}, 0
    for _, item in ipairs(list) do
      column = column + 1
      if keep(column) then out:insert(item) end
    end
    return out
  end
  local function narrow(rows)
    return pandoc.List(rows):map(function(row) return pandoc.Row(kept(row.cells), row.attr) end)
  end
  copy.colspecs = kept(copy.colspecs)
  copy.head = pandoc.TableHead(narrow(copy.head.rows), copy.head.attr)
  for _, body in ipairs(copy.bodies) do
    body.head, body.body = narrow(body.head), narrow(body.body)
  end
  return copy
end

local function has_spans(tbl)
  for _, row in ipairs(all_rows(tbl, true)) do
    for _, cell in ipairs(row.cells) do
      if cell.col_span > 1 or cell.row_span > 1 then return true end
    end
  end
  return false
end

-- A table too wide even for a turned page becomes several, each with the first column.
local function split(tbl, widths)
  if #widths < 3 or has_spans(tbl) then return { tbl } end
  local parts, first, total = pandoc.List {}, 2, widths[1]
  for column = 2, #widths do
    if column > first and total + widths[column] > PORTRAIT then
      parts:insert(without_columns(tbl, first, column - 1))
      first, total = column, widths[1]
    end
    total = total + widths[column]
  end
  parts:insert(without_columns(tbl, first, #widths))
  return parts
end

local function shorten_rows(tbl)
  local left_out = 0
  for _, body in ipairs(tbl.bodies) do
    local rows = body.body
    if #rows > MOST_ROWS then
      local head, kept = MOST_ROWS * 3 // 4, pandoc.List {}
      for index, row in ipairs(rows) do
        if index <= head or index > #rows - (MOST_ROWS - head) then kept:insert(row) end
      end
      left_out = left_out + #rows - #kept
      kept:insert(head + 1, pandoc.Row(rows[head].cells:map(function()
        return pandoc.Cell { pandoc.Plain { pandoc.Str '⋮' } }
      end)))
      body.body = kept
    end
  end
  return left_out
end

local function set_table(tbl, turnable)
  local rows, need = all_rows(tbl), sum(column_widths(tbl))
  local turned = turnable and PORTRAIT / need < SMALLEST_UPRIGHT
  local shrunk = math.min(1, math.max((turned and LANDSCAPE or PORTRAIT) / need, 0.45))
  return ('#data-table(rows: %d, shrunk: %.3f, turned: %s)[%s]'):format(
    #rows, shrunk, turned and 'true' or 'false', write { tbl:walk(ESCAPED) })
end

-- turnable: the table may stand on a turned page of its own.
local function data_table(tbl, turnable)
  local left_out = shorten_rows(tbl)
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
  local widths = column_widths(tbl)
  local widest = turnable and LANDSCAPE / SMALLEST_TURNED or PORTRAIT / SMALLEST_UPRIGHT
  local parts = sum(widths) > widest and split(tbl, widths) or { tbl }
  local out = pandoc.List(parts):map(function(one) return set_table(one, turnable) end)
  if left_out > 0 then out:insert(('#note("… %d rows left out …")'):format(left_out)) end
  return pandoc.RawBlock('typst', table.concat(out, '\n\n'))
end

-- The walk --------------------------------------------------------------------------------------

-- A title as inlines: it is plain text, in which our tokens stand for formulas.
local function with_formulas(title)
  local inlines, position = pandoc.Inlines {}, 1
  for first, token, last in title:gmatch('()`(' .. FORMULA:gsub('[()]', '') .. ')`()') do
    inlines:insert(pandoc.Str(title:sub(position, first - 1)))
    inlines:insert(typst_inline(token))
    position = last
  end
  inlines:insert(pandoc.Str(title:sub(position)))
  return title ~= '' and inlines
end

local function picture(image)
  return typst_inline(add_piece {
    kind = 'picture', source = image.src, alt = as_written(pandoc.utils.stringify(image.caption)),
    caption = write { pandoc.Plain(with_formulas(image.title) or image.caption) }, width = image.attributes.width,
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
  if block.format == 'html' then return structured(read_html(block.text)) end
  return pandoc.RawBlock('typst', add_piece {
    kind = 'raw', format = block.format, source = block.text, block = true })
end

local function raw_inline(inline)
  if inline.format == 'typst' and inline.text:match('^[\u{E000}\u{E002}]') then return end
  return typst_inline(add_piece { kind = 'raw', format = inline.format, source = inline.text })
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
local TABLES = { Table = function(tbl) return data_table(tbl, false) end }

function structured(blocks)
  for _, filter in ipairs { INLINES, ELEMENTS, BLOCKS } do blocks = blocks:walk(filter) end
  return blocks
end

local function outline(blocks)
  return blocks:map(function(block)
    return block.t == 'Header' and as_written(pandoc.utils.stringify(block.content)) or false
  end)
end

-- A table directly beneath a heading is not turned: the heading would be left behind, alone.
local function typst_of(blocks, beneath_heading)
  for index, block in ipairs(blocks) do
    if block.t == 'Table' then blocks[index] = data_table(block, not beneath_heading) end
    beneath_heading = block.t == 'Header'
  end
  return write(blocks:walk(TABLES):walk(ESCAPED))
end

local heading_at_end    -- the place of the last part that ended with a heading

local function part(given)
  place = given.place
  local text = given.text .. '\n'  -- without it a table's last row is no row
  local blocks = structured(given.format == 'html' and read_html(text)
    or pandoc.read(text, READERS.markdown, {}, {}).blocks)
  local beneath_heading = heading_at_end == place - 1
  if #blocks > 0 and blocks[#blocks].t == 'Header' then heading_at_end = place end
  return { outline = outline(blocks), typst = typst_of(blocks, beneath_heading) }
end

local function each(list, convert)
  local out = pandoc.List {}
  for _, item in ipairs(list) do out:insert(convert(item)) end
  return out
end

io.write(pandoc.json.encode {
  answers = each(input.questions, answer), parts = each(input.parts, part),
  pieces = pandoc.List(pieces),
})
