-- Markdown and HTML tables to typst: run as `pandoc lua pandoc.lua`, JSON in, JSON out.
--
-- in:   found, placed  the secrets of the keys, see keys.py
--       colours        of CSS: name → #rrggbb
--       formulas       as written, by the number in their key
--       fragments      {format, text, caption, label}
-- out:  fragments      {typst, outline, caption} of each
--       pieces         pictures and unprintable content, by the number in their key
-- A fragment that is neither Markdown nor HTML has a format of its own and no text: its neighbours
-- look at the format. An outline lists a fragment's blocks: a heading as text, others as false.
-- pandoc.read sees no files: its last argument is empty.

local MARKDOWN = 'gfm-tex_math_dollars-tex_math_gfm-yaml_metadata_block-emoji+raw_attribute'
local OPTIONS = pandoc.WriterOptions { wrap_text = 'none' }
local AS_HTML = pandoc.WriterOptions { wrap_text = 'preserve', highlight_method = 'none' }
local function load(name)
  return dofile(pandoc.path.join { pandoc.path.directory(arg[0]), name })
end
local tables, paragraphs = load 'tables.lua', load 'paragraphs.lua'
local html, looks = load 'html.lua', load 'looks.lua'

local input = pandoc.json.decode(io.read('a'), false)
-- A formula is found in Markdown, perhaps within a string; it gets another key where it is placed.
local FORMULA = '\u{E000}' .. input.found .. '%.(%d+)\u{E001}'
local PLACED = '\u{E000}' .. input.placed .. '.%s\u{E001}'
local PIECE = '\u{E002}' .. input.placed .. '.%d\u{E003}'
local PIECE_NUMBER = '^\u{E002}' .. input.placed .. '%.(%d+)\u{E003}$'
local BENEATH, ROW = input.placed .. 'beneath', input.placed .. 'row'     -- nobody else's classes
looks.names, looks.calls = input.colours, { [BENEATH] = '#beneath[', [ROW] = '#row[' }
local pieces, fragment_index = {}, nil

local function write(blocks)
  return (pandoc.write(pandoc.Pandoc(blocks), 'typst', OPTIONS):gsub('%s+$', ''))
end

local function typst_inline(text) return pandoc.RawInline('typst', text) end

local function typst_block(text) return pandoc.RawBlock('typst', text) end

local CALLS = {
  Strong = true, Emph = true, Strikeout = true, Superscript = true, Subscript = true,
  Underline = true, SmallCaps = true, Link = true,
}

-- Signs that pandoc forgets to escape: of a list or heading where a table's cell begins, and a dot
-- after a call, `#emph[W].shape`.
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
  piece.fragment = fragment_index
  table.insert(pieces, piece)
  return PIECE:format(#pieces - 1)
end

-- Formulas --------------------------------------------------------------------------------------

-- In code a `$` is a dollar: the text that looked like a formula comes back.
local function as_written(text)
  return (text:gsub('`?' .. FORMULA .. '`?', function(number)
    return input.formulas[tonumber(number) + 1]
  end))
end

local function code_or_formula(element)
  local number = element.text:match('^%s*' .. FORMULA .. '%s*$')
  if number then return typst_inline(PLACED:format(number)) end
  if element.text:match(PIECE_NUMBER) then return typst_inline(element.text) end
  element.text, element.attr = as_written(element.text), pandoc.Attr('', element.classes)
  return element
end

-- HTML ------------------------------------------------------------------------------------------

local function unprintable(tag)
  return ('<code>%s</code>'):format(add_piece { kind = 'unprintable', source = tag })
end

local function read_html(text)
  return pandoc.read(html.normalized(text, unprintable), 'html', {}, {}).blocks
end

-- In HTML a formula is a code element, and what is raw otherwise is one too.
local function add_raw(element)
  if element.format == 'html' then
    element.text = element.text:gsub('`(' .. FORMULA .. ')`', '<code>%1</code>')
    return element
  end
  local block = element.t == 'RawBlock'
  local key = add_piece { kind = 'raw', format = element.format, block = block or nil,
    source = as_written(element.text) }
  return block and pandoc.CodeBlock(key) or pandoc.Code(key)
end

-- Markdown with tags in it is read twice, as a browser does: its tags hold what stands between.
local function read_markdown(text)
  local blocks = pandoc.read(text, MARKDOWN, {}, {}).blocks
  local has_tags = false
  local function see() has_tags = true end
  blocks:walk { RawInline = see, RawBlock = see }
  if not has_tags then return blocks end
  blocks = blocks:walk { RawInline = add_raw, RawBlock = add_raw }
  return read_html(pandoc.write(pandoc.Pandoc(blocks), 'html', AS_HTML))
end

-- The walk --------------------------------------------------------------------------------------

-- A title as inlines: it is plain text, with keys for formulas.
local function with_formulas(title)
  local inlines, position = pandoc.Inlines {}, 1
  for first, number, last in title:gmatch('()`' .. FORMULA .. '`()') do
    inlines:insert(pandoc.Str(title:sub(position, first - 1)))
    inlines:insert(typst_inline(PLACED:format(number)))
    position = last
  end
  inlines:insert(pandoc.Str(title:sub(position)))
  return title ~= '' and inlines
end

local function picture(image)
  local style, attributes = looks.declarations(image.attr), image.attributes
  return typst_inline(add_piece {
    kind = 'picture', source = as_written(image.src),
    alt = as_written(pandoc.utils.stringify(image.caption)), line = attributes.line,
    caption = write { pandoc.Plain(with_formulas(image.title) or image.caption) },
    width = style.width or attributes.width, height = style.height or attributes.height,
    zoom = style.zoom,
  })
end

local NEW_PAGE = { ['\\newpage'] = true, ['\\pagebreak'] = true, ['\\clearpage'] = true }

local function picture_alone(para)
  local only = #para.content == 1 and para.content[1]
  if only and NEW_PAGE[only.text] then return looks.new_page() end
  local number = only and only.t == 'RawInline' and only.text:match(PIECE_NUMBER)
  if number then pieces[tonumber(number) + 1].alone = true end
end

local LANGUAGES = { ['c++'] = 'cpp', ['c#'] = 'cs', ['{python}'] = 'python' }

-- A label is the name of a figure or table: report.typ knows its number, if it is in the PDF.
local function link(element)
  local label = element.target:match('^#(%l%l%l%-[%w_-]+)$')
  if label then
    return pandoc.Inlines { typst_inline(('#reference("%s")['):format(label)) }
      .. element.content .. { typst_inline('];') }
  end
  if not element.target:match('^https?://') and not element.target:match('^mailto:') then
    return element.content  -- a file beside the notebook, or a heading: no place in the PDF
  end
  element.target, element.title = as_written(element.target), ''
  return looks.without_attributes(element)
end

local function code_block(block)
  local language = (block.classes[1] or ''):lower()
  language = LANGUAGES[language] or language
  block.attr = pandoc.Attr('', language:match('^%w[%w-]*$') and { language } or {})
  local result = code_or_formula(block)
  return result.t == 'RawInline' and pandoc.Para { result } or result
end

-- The caption of an HTML figure is its picture's.
local function figure(fig)
  local caption, pictures = pandoc.utils.blocks_to_inlines(fig.caption.long), 0
  fig.content:walk { Image = function() pictures = pictures + 1 end }
  if pictures == 0 and #caption > 0 then fig.content:insert(pandoc.Para(caption)) end
  return fig.content:walk {
    Plain = function(plain) return pandoc.Para(plain.content) end,
    Image = function(image)
      image.title, image.caption = '', #caption > 0 and caption or image.caption
      return image
    end,
  }
end

local function text_as_written(str)
  str.text = as_written(str.text)     -- of a link that shows its address
  return str
end

-- No line ends before or after ±, nor before %.
local function text_of(inline)
  if not inline then return '' end
  if inline.t == 'Str' then return inline.text end
  local number = inline.t == 'RawInline' and inline.text:match('\u{E000}.*%.(%d+)\u{E001}')
  if not number then return '' end
  return input.formulas[tonumber(number) + 1] == '$\\pm$' and '±' or '1'  -- as good as a number
end

local function numbers_together(inlines)
  for index, inline in ipairs(inlines) do
    local before, after = text_of(inlines[index - 1]), text_of(inlines[index + 1])
    local together = before:match('±$') or after:match('^±')
      or before:match('%d$') and after:match('^%%')
    if together and (inline.t == 'Space' or inline.t == 'SoftBreak') then
      inlines[index] = pandoc.Str '\u{A0}'
    end
  end
  return inlines
end

-- Headings follow one another without a jump: beneath level 1 stands level 2, whatever was typed.
local open_headings = pandoc.List {}
local function without_jump(header)
  while #open_headings > 0 and open_headings[#open_headings] >= header.level do
    open_headings:remove()
  end
  open_headings:insert(header.level)
  header.level = #open_headings
  return header
end

local FIGURES = { Figure = figure }
local PICTURES = { Blocks = function(blocks)
  return paragraphs.with_pictures_apart(blocks, { beneath = BENEATH, row = ROW })
end }
local ELEMENTS = {
  Code = code_or_formula, CodeBlock = code_block, Image = picture, Link = link,
  Header = looks.header, Div = looks.division, Span = looks.span,
  Table = looks.table, Str = text_as_written,
}
local NUMBERS, HEADINGS = { Inlines = numbers_together }, { Header = without_jump }
-- A paragraph whose first letter is Hebrew or Arabic runs from right to left.
local function runs_left(para)
  for _, letter in utf8.codes(pandoc.utils.stringify(para.content)) do
    if letter >= 0x590 and letter <= 0x8FF or letter >= 0xFB1D and letter <= 0xFEFC then
      return pandoc.Div({ para }, pandoc.Attr('', {}, { opening = '#styled(dir: rtl)[' }))
    elseif letter > 0x2FF or letter < 0x80 and string.char(letter):match('%a') then
      return
    end
  end
end

local BLOCKS = {
  Para = function(para) return picture_alone(para) or runs_left(para) end,
  Plain = picture_alone,
}

-- turnable: the table may stand on a turned page of its own.
local function data_table(tbl, turnable)
  return typst_block(tables.typst(tbl, turnable, function(one)
    return write { one:walk(ESCAPED) }
  end))
end

local TABLES = { Table = function(tbl) return data_table(tbl, false) end }

local function structured(blocks)
  for _, filter in ipairs { FIGURES, PICTURES, ELEMENTS, BLOCKS } do
    blocks = blocks:walk(filter)
  end
  return blocks
end

local function flat(blocks)
  local out = pandoc.Blocks {}
  for _, block in ipairs(blocks) do
    out:extend(block.t == 'Div' and flat(block.content) or { block })
  end
  return out
end

local function outline(blocks)
  return flat(blocks):filter(function(block)
    return block.t ~= 'HorizontalRule'
  end):map(function(block)
    return block.t == 'Header' and as_written(pandoc.utils.stringify(block.content)) or false
  end)
end

local function caption_inlines(blocks)
  return pandoc.utils.blocks_to_inlines(structured(blocks):walk(NUMBERS))
end

-- A paragraph `<a id="tbl-name"></a>Table: words` above a table is its caption; the name may lack.
local function caption_and_label(inlines)
  local label = ''
  while inlines[1] and (inlines[1].t == 'Span' or inlines[1].t == 'Link') do
    label = inlines:remove(1).identifier:match('^tbl%-[%w_-]+$') or label
  end
  if inlines[1] and inlines[1].t == 'Str' and inlines[1].text == 'Table:' then
    inlines:remove(1)
    return inlines, label
  end
end

-- Blocks without the captions, and the captions by the number of their table.
local function take_captions(blocks)
  local kept, captions, number = pandoc.Blocks {}, {}, 0
  for _, block in ipairs(blocks) do
    if block.t == 'Table' then
      local above, caption, label = kept[#kept], nil, nil
      if above and above.t == 'Para' then caption, label = caption_and_label(above.content:clone()) end
      number = number + 1
      if caption then
        captions[number] = { pandoc.Blocks { pandoc.Para(caption) }, label }
        kept:remove(#kept)
      end
    end
    kept:insert(block)
  end
  return kept, captions
end

local function with_captions(blocks, captions)
  local number = 0
  return blocks:walk { Table = function(tbl)
    number = number + 1
    if not captions[number] then return end
    local caption, label = table.unpack(captions[number])
    tbl.caption = { long = { pandoc.Plain(caption_inlines(caption)) } }
    tbl.attr = pandoc.Attr(label)
    return tbl
  end }
end

local function read_fragment(given, index)
  fragment_index = index - 1
  local fragment = { format = given.format, blocks = pandoc.Blocks {} }
  if given.text ~= '' then
    local text = given.text .. '\n'  -- without it a table's last row is no row
    local blocks = given.format == 'html' and read_html(text)
      or read_markdown(text)
    local kept, captions = take_captions(blocks)
    if given.caption ~= '' then captions[1] = { read_markdown(given.caption), given.label } end
    fragment.blocks = with_captions(structured(kept):walk(NUMBERS):walk(HEADINGS), captions)
  end
  local caption = given.caption ~= '' and caption_inlines(read_markdown(given.caption))
  fragment.caption = caption and write { pandoc.Plain(caption):walk(ESCAPED) } or ''
  return fragment
end

-- A table, or a picture or formula in a paragraph of its own: the paragraph above stays with it.
local function stands_apart(block)
  return block.t == 'Table' or block.t == 'Div' and block.attributes.opening == '#row['
    or block.t == 'Para' and #block.content == 1 and block.content[1].t == 'RawInline'
end

-- A mark stands where text ends: choose_floats must know how full each page is.
local function with_mark(block)
  block.content:insert(typst_inline('#mark("");'))
  return block
end
local MARKS = {
  traverse = 'topdown', Para = with_mark, Plain = with_mark,
  Table = function(tbl) return tbl, false end,
}

-- A table directly beneath a heading is not turned: the heading would be left behind, alone.
local function typst_of(fragment, before, after)
  local out, above = pandoc.Blocks {}, before and before.blocks[#before.blocks]
  for index, block in ipairs(fragment.blocks) do
    local below = fragment.blocks[index + 1] or after and after.blocks[1]
    local leads = below and stands_apart(below) or not below and after and after.format == 'picture'
    if block.t == 'Table' then
      out:insert(data_table(block, not (above and above.t == 'Header')))
    elseif block.t == 'Para' and leads and not stands_apart(block) then
      out:insert(typst_block('#introduction[' .. write { with_mark(block):walk(ESCAPED) } .. ']'))
    elseif block.t == 'Header' then
      out:insert(block)
    elseif block.t == 'Div' and block.attributes.page then
      out:insert(typst_block('#new-page'))
    else
      out:extend(pandoc.Blocks { block }:walk(MARKS))
    end
    above = block
  end
  return write(out:walk(TABLES):walk(looks.OPENED):walk(ESCAPED))
end

local function each(list, convert)
  local out = pandoc.List {}
  for index, item in ipairs(list) do out:insert(convert(item, index)) end
  return out
end

local fragments = each(input.fragments, read_fragment)
io.write(pandoc.json.encode {
  fragments = each(fragments, function(fragment, index)
    return {
      outline = outline(fragment.blocks), caption = fragment.caption,
      typst = typst_of(fragment, fragments[index - 1], fragments[index + 1]),
    }
  end),
  pieces = pandoc.List(pieces),
})
