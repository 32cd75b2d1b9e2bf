-- Paragraphs that hold pictures: a picture on a line of its own is a paragraph of its own.

local paragraphs = {}
local FIGURE = { Figure = true, Fig = true, ['Fig.'] = true, Figur = true, Abbildung = true,
  ['Abb.'] = true, Figura = true }

local function is_gap(inline)
  return inline.t == 'Space' or inline.t == 'SoftBreak' or inline.t == 'LineBreak'
end

local function lines_of(inlines)
  local lines, breaks = pandoc.List { pandoc.Inlines {} }, pandoc.List {}
  for _, inline in ipairs(inlines) do
    if inline.t == 'SoftBreak' or inline.t == 'LineBreak' then
      breaks:insert(inline)
      lines:insert(pandoc.Inlines {})
    else
      lines[#lines]:insert(inline)
    end
  end
  return lines, breaks
end

local function trimmed(line)
  line = line:clone()
  while #line > 0 and is_gap(line[1]) do line:remove(1) end
  while #line > 0 and is_gap(line[#line]) do line:remove() end
  return line
end

-- How many pictures stand in a line, if nothing else does.
local function count_pictures(line)
  local count = 0
  for _, inline in ipairs(line) do
    if inline.t == 'Image' then count = count + 1 elseif not is_gap(inline) then return 0 end
  end
  return count
end

local function names_figure(line)
  local first = line[1]
  while first and (first.t == 'Emph' or first.t == 'Strong') do first = first.content[1] end
  return first and first.t == 'Str' and FIGURE[first.text:gsub('%d+[.:]?$', '')]
    or first and first.t == 'Str' and first.text:match('^图%d')
end

local function is_caption(line)
  return names_figure(line) or #line == 1 and (line[1].t == 'Emph' or line[1].t == 'Strong')
end

-- In a line of text a picture begins or ends its paragraph, or neither.
local function placed_in_text(inlines)
  for index, inline in ipairs(inlines) do
    if inline.t == 'Image' then
      inline.attributes.line = index == 1 and 'first' or index == #inlines and 'last' or 'middle'
      inlines[index] = inline
    end
  end
  return inlines
end

local function split(paragraph, classes)
  local lines, breaks = lines_of(paragraph.content)
  local out, text, make = pandoc.Blocks {}, pandoc.Inlines {}, pandoc[paragraph.t]
  local function flush()
    local content = trimmed(text)
    if #content > 0 then out:insert(make(placed_in_text(content))) end
    text = pandoc.Inlines {}
  end
  local after_picture = false
  for index, line in ipairs(lines) do
    line = trimmed(line)
    local count = count_pictures(line)
    if count > 0 then
      flush()
      if count == 1 then
        out:insert(pandoc.Para(line))
      else
        for _, inline in ipairs(line) do
          if inline.t == 'Image' then inline.attributes.line = 'row' end
        end
        out:insert(pandoc.Div({ pandoc.Plain(line) }, pandoc.Attr('', { classes.row })))
      end
    elseif after_picture and is_caption(line) then
      out:insert(pandoc.Div({ pandoc.Plain(line) }, pandoc.Attr('', { classes.beneath })))
    else
      if #text > 0 then text:insert(breaks[index - 1]) end
      text:extend(line)
    end
    after_picture = count > 0
  end
  flush()
  return out
end

local function holds_picture(block)
  return (block.t == 'Para' or block.t == 'Plain')
    and block.content:find_if(function(inline) return inline.t == 'Image' end)
end

local function is_picture(block)
  return block and block.t == 'Para' and count_pictures(block.content) == 1
end

-- Blocks with their pictures in paragraphs of their own, and captions in divisions beneath them.
-- classes: {row, beneath}, of the divisions.
function paragraphs.with_pictures_apart(blocks, classes)
  if not blocks:find_if(holds_picture) then return end
  local out = pandoc.Blocks {}
  for _, block in ipairs(blocks) do
    local parts = holds_picture(block) and split(block, classes) or pandoc.Blocks { block }
    if is_picture(out[#out]) and block.t == 'Para' and names_figure(block.content) then
      parts = pandoc.Blocks { pandoc.Div({ pandoc.Plain(block.content) },
        pandoc.Attr('', { classes.beneath })) }
    end
    out:extend(parts)
  end
  for index, block in ipairs(out) do
    if block.t == 'Div' and block.classes[1] == classes.beneath and is_picture(out[index - 1]) then
      out[index - 1] = out[index - 1]:walk { Image = function(image)
        image.attributes.line = 'captioned'
        return image
      end }
    end
  end
  return out
end

return paragraphs
