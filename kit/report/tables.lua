-- Tables as typst: shrunk, turned or split where they are wide, shortened where they are long.

local function is_number(text)
  return text:match('^[^%a]*%d[^%a]*$') or text:match('^[^%a]*%d[eE][+-]?%d+$')
    or text:match('^[^%a]*%d%s?m?s$') or text == 'NaN' or text == 'nan' or text == 'inf'
    or text == '<NA>' or text == 'None'
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
      if cell.col_span > 1 then cell.alignment = 'AlignCenter' end
      cell.contents = cell.contents:walk {
        Plain = function(plain)
          if #plain.content > 0 then return pandoc.Plain { pandoc.Strong(plain.content) } end
        end,
      }
    end
  end
  tbl.head = head
end

-- Widths in points, estimated from the letters: they say whether a table fits or must shrink.
local SIZE, LETTER, GAP = 9.2, 0.48, 1.2        -- of a letter, its width and a gap's in letters
local PORTRAIT, LANDSCAPE = 465, 705            -- of the page's text area
local MOST_TURNED_ROWS = 26                     -- on one page
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

-- A copy of a table with column 1 and the columns first … last; the first copy keeps the caption.
local function with_columns(tbl, first, last)
  local copy = tbl:clone()
  if first > 2 then copy.caption, copy.attr = { long = {} }, pandoc.Attr() end
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
      parts:insert(with_columns(tbl, first, column - 1))
      first, total = column, widths[1]
    end
    total = total + widths[column]
  end
  parts:insert(with_columns(tbl, first, #widths))
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

local function set_table(tbl, turnable, write)
  local rows, need = all_rows(tbl), sum(column_widths(tbl))
  local turned = turnable and PORTRAIT / need < SMALLEST_UPRIGHT
  local shrunk = math.min(1, math.max((turned and LANDSCAPE or PORTRAIT) / need, 0.45))
  return ('#data-table(rows: %d, shrunk: %.3f, turned: %s)[%s]'):format(
    #rows, shrunk, turned and 'true' or 'false', write(tbl))
end

local tables = {}

-- The typst of a table: bold head, numbers to the right, as wide as the page allows.
-- turnable: it may stand on a turned page of its own. write(table): pandoc's typst of a table.
function tables.typst(tbl, turnable, write)
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
  local widths = column_widths(tbl)
  turnable = turnable and #rows <= MOST_TURNED_ROWS
  local widest = turnable and LANDSCAPE / SMALLEST_TURNED or PORTRAIT / SMALLEST_UPRIGHT
  local parts = sum(widths) > widest and split(tbl, widths) or { tbl }
  local out = pandoc.List(parts):map(function(one) return set_table(one, turnable, write) end)
  if left_out > 0 then out:insert(('#note("… %d rows left out …")'):format(left_out)) end
  return table.concat(out, '\n\n')
end

return tables
