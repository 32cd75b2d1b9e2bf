"""All TeX commands that the report can set, grouped by kind; it refuses others.

Each symbol was found again in the text of a PDF, each structure compared with TeX by eye.
"""


def parse_names(table):
    """{"\\name": "character", …} of a table of names and characters."""
    words = table.split()
    return {"\\" + name: character for name, character in zip(words[::2], words[1::2])}


def parse_templates(table):
    """{"\\name": "template", …} of a table with one name and template a line."""
    return {"\\" + name: template.strip() for name, _, template in
            (line.strip().partition(" ") for line in table.strip().splitlines())}


# Symbols ----------------------------------------------------------------------------------------

GREEK = parse_names(r"""
    alpha α  beta β  gamma γ  delta δ  epsilon ϵ  zeta ζ  eta η  theta θ  iota ι  kappa κ
    lambda λ  mu μ  nu ν  xi ξ  omicron ο  pi π  rho ρ  sigma σ  tau τ  upsilon υ  phi ϕ  chi χ
    psi ψ  omega ω  varepsilon ε  vartheta ϑ  varkappa ϰ  varpi ϖ  varrho ϱ  varsigma ς  varphi φ
    digamma ϝ  Gamma Γ  Delta Δ  Theta Θ  Lambda Λ  Xi Ξ  Pi Π  Sigma Σ  Upsilon Υ  Phi Φ  Psi Ψ
    Omega Ω
""")
LETTERS = parse_names(r"""
    partial ∂  nabla ∇  infty ∞  hbar ℏ  hslash ℏ  ell ℓ  imath ı  jmath ȷ  Re ℜ  Im ℑ  wp ℘
    aleph ℵ  beth ℶ  gimel ℷ  daleth ℸ  eth ð  mho ℧  Bbbk 𝕜  complement ∁  forall ∀  exists ∃
    nexists ∄  emptyset ∅  varnothing ∅  neg ¬  lnot ¬  top ⊤  bot ⊥  angle ∠  measuredangle ∡
    sphericalangle ∢  prime ′  backprime ‵  degree °  surd √  checkmark ✓  square □  Box □
    blacksquare ■  lozenge ◊  Diamond ◊  bigstar ★  triangle △  vartriangle △  blacktriangle ▲
    triangledown ▽  blacktriangledown ▾  flat ♭  natural ♮  sharp ♯  clubsuit ♣  diamondsuit ♢
    heartsuit ♡  spadesuit ♠  blacklozenge ⧫  circledS Ⓢ  Finv Ⅎ  Game ⅁  diagup ╱  diagdown ╲
    circledR ®  maltese ✠  dag †  ddag ‡  S §  P ¶  pounds £  copyright ©  yen ¥
""")
BINARY = parse_names(r"""
    pm ±  mp ∓  times ×  div ÷  cdot ⋅  ast ∗  star ⋆  circ ∘  bullet ∙  bigcirc ◯  oplus ⊕
    ominus ⊖  otimes ⊗  oslash ⊘  odot ⊙  boxplus ⊞  boxminus ⊟  boxtimes ⊠  boxdot ⊡  cap ∩
    cup ∪  Cap ⋒  Cup ⋓  uplus ⊎  sqcap ⊓  sqcup ⊔  wedge ∧  vee ∨  land ∧  lor ∨  barwedge ⊼
    veebar ⊻  setminus ∖  smallsetminus ∖  wr ≀  amalg ⨿  dagger †  ddagger ‡  diamond ⋄
    bigtriangleup △  bigtriangledown ▽  triangleleft ◁  triangleright ▷  lhd ◁  rhd ▷  unlhd ⊴
    unrhd ⊵  ltimes ⋉  rtimes ⋊  leftthreetimes ⋋  rightthreetimes ⋌  dotplus ∔  divideontimes ⋇
    intercal ⊺  circledast ⊛  circledcirc ⊚  circleddash ⊝  curlywedge ⋏  curlyvee ⋎
    doublecap ⋒  doublecup ⋓  doublebarwedge ⩞  centerdot ⋅
""")
RELATIONS = parse_names(r"""
    leq ≤  le ≤  geq ≥  ge ≥  leqslant ⩽  geqslant ⩾  leqq ≦  geqq ≧  ll ≪  gg ≫  lll ⋘  ggg ⋙
    lesssim ≲  gtrsim ≳  lessapprox ⪅  gtrapprox ⪆  lessgtr ≶  gtrless ≷  lesseqgtr ⋚
    gtreqless ⋛  prec ≺  succ ≻  preceq ⪯  succeq ⪰  preccurlyeq ≼  succcurlyeq ≽  precsim ≾
    succsim ≿  equiv ≡  sim ∼  simeq ≃  approx ≈  approxeq ≊  cong ≅  asymp ≍  doteq ≐
    doteqdot ≑  triangleq ≜  circeq ≗  bumpeq ≏  risingdotseq ≓  fallingdotseq ≒  backsim ∽
    backsimeq ⋍  thickapprox ≈  thicksim ∼  propto ∝  varpropto ∝  coloneqq ≔  eqqcolon ≕
    models ⊧  vdash ⊢  dashv ⊣  Vdash ⊩  vDash ⊨  Vvdash ⊪  perp ⟂  mid ∣  parallel ∥  bowtie ⋈
    Join ⨝  smile ⌣  frown ⌢  between ≬  pitchfork ⋔  in ∈  ni ∋  owns ∋  subset ⊂  supset ⊃
    subseteq ⊆  supseteq ⊇  subseteqq ⫅  supseteqq ⫆  Subset ⋐  Supset ⋑  sqsubset ⊏  sqsupset ⊐
    sqsubseteq ⊑  sqsupseteq ⊒  trianglelefteq ⊴  trianglerighteq ⊵  vartriangleleft ⊲
    vartriangleright ⊳  blacktriangleleft ◀  blacktriangleright ▶  therefore ∴  because ∵
    eqsim ≂  eqcirc ≖  lt <  gt >  eqslantless ⪕  eqslantgtr ⪖  lessdot ⋖  gtrdot ⋗  llless ⋘
    gggtr ⋙  lesseqqgtr ⪋  gtreqqless ⪌  Doteq ≑  Bumpeq ≎  curlyeqprec ⋞  curlyeqsucc ⋟
    precapprox ⪷  succapprox ⪸  smallsmile ⌣  smallfrown ⌢  shortmid ∣  shortparallel ∥
    backepsilon ϶  coloneq ≔  eqcolon ≕  Coloneqq ⩴  Coloneq ⩴  dblcolon ∷
""")
NEGATED = parse_names(r"""
    neq ≠  ne ≠  nleq ≰  ngeq ≱  nless ≮  ngtr ≯  nprec ⊀  nsucc ⊁  nsim ≁  ncong ≇  nmid ∤
    nparallel ∦  nvdash ⊬  nvDash ⊭  nVdash ⊮  notin ∉  nsubseteq ⊈  nsupseteq ⊉  subsetneq ⊊
    supsetneq ⊋  subsetneqq ⫋  supsetneqq ⫌  lneq ⪇  gneq ⪈  lneqq ≨  gneqq ≩  precnsim ⋨
    succnsim ⋩  lnsim ⋦  gnsim ⋧  ntriangleleft ⋪  ntriangleright ⋫  ntrianglelefteq ⋬
    ntrianglerighteq ⋭  sqsubsetneq ⋤  sqsupsetneq ⋥  nleqslant ≰  ngeqslant ≱  nleqq ≰  ngeqq ≱
    lvertneqq ≨  gvertneqq ≩  lnapprox ⪉  gnapprox ⪊  npreceq ⋠  nsucceq ⋡  precneqq ⪵
    succneqq ⪶  precnapprox ⪹  succnapprox ⪺  nshortmid ∤  nshortparallel ∦  nVDash ⊯
    nsubseteqq ⊈  nsupseteqq ⊉  varsubsetneq ⊊  varsupsetneq ⊋  varsubsetneqq ⫋  varsupsetneqq ⫌
""")
ARROWS = parse_names(r"""
    to →  gets ←  leftarrow ←  rightarrow →  leftrightarrow ↔  uparrow ↑  downarrow ↓
    updownarrow ↕  Leftarrow ⇐  Rightarrow ⇒  Leftrightarrow ⇔  Uparrow ⇑  Downarrow ⇓
    Updownarrow ⇕  longleftarrow ⟵  longrightarrow ⟶  longleftrightarrow ⟷  Longleftarrow ⟸
    Longrightarrow ⟹  Longleftrightarrow ⟺  iff ⟺  implies ⟹  impliedby ⟸  mapsto ↦  longmapsto ⟼
    nearrow ↗  searrow ↘  swarrow ↙  nwarrow ↖  hookleftarrow ↩  hookrightarrow ↪
    leftharpoonup ↼  leftharpoondown ↽  rightharpoonup ⇀  rightharpoondown ⇁  leftrightharpoons ⇋
    rightleftharpoons ⇌  leftleftarrows ⇇  rightrightarrows ⇉  leftrightarrows ⇆
    rightleftarrows ⇄  upuparrows ⇈  downdownarrows ⇊  twoheadleftarrow ↞  twoheadrightarrow ↠
    leftarrowtail ↢  rightarrowtail ↣  curvearrowleft ↶  curvearrowright ↷  circlearrowleft ↺
    circlearrowright ↻  looparrowleft ↫  looparrowright ↬  Lsh ↰  Rsh ↱  leadsto ⇝
    rightsquigarrow ⇝  leftrightsquigarrow ↭  dashleftarrow ⤎  dashrightarrow ⤏  upharpoonleft ↿
    upharpoonright ↾  downharpoonleft ⇃  downharpoonright ⇂  multimap ⊸  nleftarrow ↚
    nrightarrow ↛  nleftrightarrow ↮  nLeftarrow ⇍  nRightarrow ⇏  nLeftrightarrow ⇎
    Lleftarrow ⇚  Rrightarrow ⇛  restriction ↾
""")
DOTS = parse_names(r"""
    ldots …  dots …  dotsc …  dotso …  cdots ⋯  dotsb ⋯  dotsm ⋯  dotsi ⋯  vdots ⋮  ddots ⋱
    adots ⋰  iddots ⋰
""")
BIG = parse_names(r"""
    sum ∑  prod ∏  coprod ∐  int ∫  iint ∬  iiint ∭  oint ∮  oiint ∯  bigcap ⋂  bigcup ⋃
    bigsqcup ⨆  biguplus ⨄  bigvee ⋁  bigwedge ⋀  bigodot ⨀  bigoplus ⨁  bigotimes ⨂
    intop ∫  ointop ∮  smallint ∫  iiiint ⨌  bigtimes ⨉
""")
OPENING = parse_names(r"""
    lbrace {  lbrack [  lparen (  langle ⟨  lceil ⌈  lfloor ⌊  lvert |  lVert ‖  ulcorner ⌜
    llcorner ⌞  lgroup ⟮  llbracket ⟦
""")
CLOSING = parse_names(r"""
    rbrace }  rbrack ]  rparen )  rangle ⟩  rceil ⌉  rfloor ⌋  rvert |  rVert ‖  urcorner ⌝
    lrcorner ⌟  rgroup ⟯  rrbracket ⟧
""")

NAMED_CHARACTERS = {
    r"\%": "%", r"\&": "&", r"\#": "#", r"\$": "$", r"\_": "_", r"\backslash": "\\",
    r"\colon": ":",
    r"\|": "‖", r"\Vert": "‖", r"\vert": "|", r"\{": "{", r"\}": "}"}
TEXT_SYMBOLS = parse_names(r"""
    textdegree °  textmu µ  textohm Ω  texteuro €  textcent ¢  texttimes ×  textdiv ÷  textpm ±
    textminus −  textbar |  textless <  textgreater >  textbullet •  textperiodcentered ⋅
    textsection §  textparagraph ¶  textdagger †  textellipsis …  textendash –  textemdash —
    textquoteleft ‘  textquoteright ’  textquotedblleft “  textquotedblright ”  textunderscore _
    textasciitilde ~  textasciicircum ^  textdollar $  textsterling £  textyen ¥  textcopyright ©
    textregistered ®  texttrademark ™  textrightarrow →  textleftarrow ←  textuparrow ↑
    textdownarrow ↓  textonehalf ½  textonequarter ¼  textthreequarters ¾  textperthousand ‰
""")
SYMBOLS = {**TEXT_SYMBOLS, **GREEK, **LETTERS, **BINARY, **RELATIONS, **NEGATED, **ARROWS, **DOTS,
           **BIG, **OPENING, **CLOSING, **NAMED_CHARACTERS}
TYPED = {"-": "−", "*": "∗", "·": "⋅", "'": "′", "•": "∙"}  # typed : set
PUNCTUATION = "+-*/=<>()[]|,;:!?.@\""
CHARACTERS = "×÷·•−–…°¬±½¼¾√‖ℂℍℕℙℚℝℤℒℓ"  # typed as they are
FENCES = {"(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "<": "⟨", ">": "⟩", ".": "",
          r"\|": "‖", r"\Vert": "‖", r"\vert": "|", r"\{": "{", r"\}": "}",
          "⟨": "⟨", "⟩": "⟩", "‖": "‖", **OPENING, **CLOSING}
CLASSES = {  # of characters that have another class in typst
    r"\lvert": "opening", r"\lVert": "opening", r"\rvert": "closing", r"\rVert": "closing",
    r"\colon": "punctuation", r"\perp": "relation", r"\bot": "normal", r"\top": "normal"}

# Spaces -----------------------------------------------------------------------------------------

SPACES = {r"\,": "thin", r"\:": "med", r"\>": "med", r"\;": "thick", r"\!": "#h(-0.167em)",
          r"\ ": "#h(0.25em)", "~": "#h(0.25em)", r"\quad": "quad", r"\qquad": "wide",
          r"\thinspace": "thin", r"\medspace": "med", r"\thickspace": "thick",
          r"\negthinspace": "#h(-0.167em)", r"\enspace": "#h(0.5em)", r"\space": "#h(0.25em)",
          r"\nobreakspace": "#h(0.25em)", r"\negmedspace": "#h(-0.222em)",
          r"\negthickspace": "#h(-0.278em)", r"\hfill": "#h(1em)"}
LENGTH = r"\s*([+-]?\d*\.?\d+)\s*(pt|cm|mm|in|em|ex|mu|px|pc|bp)\s*"
IN_TYPST = {"ex": ("em", 0.431), "mu": ("em", 1 / 18), "px": ("pt", 0.75), "pc": ("pt", 12),
            "bp": ("pt", 1)}   # typst knows the other units
DROPPED = {r"\notag", r"\nonumber", r"\relax", r"\mathstrut", r"\strut", r"\allowbreak",
           r"\nobreak", r"\displaylimits", r"\nonscript", r"\allowdisplaybreaks", r"\null", r"\/"}

# Structures: typst with a place for each argument ----------------------------------------------

TEMPLATES = parse_templates(r"""
    frac                frac({0}, {1})
    dfrac               display(frac({0}, {1}))
    tfrac               inline(frac({0}, {1}))
    cfrac               display(frac(display({0}), display({1})))
    binom               binom({0}, {1})
    dbinom              display(binom({0}, {1}))
    tbinom              inline(binom({0}, {1}))
    overset             attach(limits({1}), t: {0})
    underset            attach(limits({1}), b: {0})
    stackrel            attach(limits(class("relation", whole({1}))), t: {0})
    hat                 hat({0})
    widehat             hat({0})
    tilde               tilde({0})
    widetilde           tilde({0})
    bar                 macron({0})
    vec                 arrow({0})
    dot                 dot({0})
    ddot                dot.double({0})
    dddot               dot.triple({0})
    ddddot              dot.quad({0})
    acute               acute({0})
    grave               grave({0})
    check               caron({0})
    breve               breve({0})
    mathring            circle({0})
    overline            overline({0})
    underline           underline({0})
    overrightarrow      arrow({0})
    overleftarrow       arrow.l({0})
    overleftrightarrow  arrow.l.r({0})
    overbrace           limits(overbrace({0}))
    underbrace          limits(underbrace({0}))
    overbracket         limits(overbracket({0}))
    underbracket        limits(underbracket({0}))
    boxed               boxed({0})
    cancel              cancel({0})
    bcancel             cancel({0}, inverted: #true)
    xcancel             cancel({0}, cross: #true)
    phantom             phantom({0})
    hphantom            phantom({0})
    vphantom            strut({0})
    mathop              op({0}, limits: #true)
    mathbin             class("binary", whole({0}))
    mathrel             class("relation", whole({0}))
    mathord             class("normal", {0})
    mathopen            class("opening", {0})
    mathclose           class("closing", {0})
    mathpunct           class("punctuation", {0})
    mathinner           {0}
    ensuremath          {0}
    smash               {0}
    mathclap            {0}
    mathllap            {0}
    mathrlap            {0}
    llap                {0}
    rlap                {0}
    shoveleft           {0}
    shoveright          {0}
    href                {1}
    class               {1}
    style               {1}
    cssId               {1}
    cancelto            attach(cancel({1}), tr: {0})
    overparen           limits(overparen({0}))
    underparen          limits(underparen({0}))
    underrightarrow     attach(limits({0}), b: stretch(→))
    underleftarrow      attach(limits({0}), b: stretch(←))
    varliminf           op(underline("lim"), limits: #true)
    varlimsup           op(overline("lim"), limits: #true)
    idotsint            ∫⋯∫
    underleftrightarrow attach(limits({0}), b: stretch(↔))
    centernot           class("relation", cancel({0}))
    stackbin            attach(limits(class("binary", whole({1}))), t: {0})
    colonapprox         class("relation", ∶≈)
    colonsim            class("relation", ∶∼)
    varinjlim           op(attach(limits("lim"), b: stretch(→)), limits: #true)
    varprojlim          op(attach(limits("lim"), b: stretch(←)), limits: #true)
    splitfrac           frac({0}, {1})
    splitdfrac          frac({0}, {1})
    vcenter             {0}
    clap                {0}
    cramped             {0}
    Aboxed              boxed({0})
    overunderset        attach(limits({2}), t: {0}, b: {1})
    prescript           attach({2}, tl: {0}, bl: {1})
    celsius             class("normal", °)"C"
    TeX                 "TeX"
    LaTeX               "LaTeX"
    pmod                #h(1em)\("mod"#h(0.333em){0}\)
    pod                 #h(1em)\({0}\)
    mod                 #h(1em)"mod"#h(0.333em){0}
    bmod                class("binary", "mod")
""")
for command, letter in GREEK.items():      # upright, and slanted capitals
    name = command[1:]
    TEMPLATES["\\up" + name if name.islower() else "\\Up" + name.lower()] = f"upright({letter})"
    if not name.islower():
        TEMPLATES["\\var" + name] = f"italic({letter})"
LETTERING = parse_templates(r"""
    mathrm      upright({0})
    mathup      upright({0})
    mathbf      bold(upright({0}))
    mathit      italic({0})
    mathsf      upright(sans({0}))
    mathbfit    bold(italic({0}))
    mathbfcal   bold(cal({0}))
    mathbfscr   bold(scr({0}))
    mathbfsf    bold(upright(sans({0})))
    mathbffrak  bold(frak({0}))
    mathbfup    bold(upright({0}))
    mathtt      mono({0})
    mathbb      bb({0})
    mathbbm     bb({0})
    mathds      bb({0})
    Bbb         bb({0})
    symrm       upright({0})
    symup       upright({0})
    symbf       bold(upright({0}))
    symit       italic({0})
    symbfit     bold(italic({0}))
    symsf       upright(sans({0}))
    symtt       mono({0})
    symbb       bb({0})
    symcal      cal({0})
    symscr      scr({0})
    symfrak     frak({0})
    mathcal     cal({0})
    mathscr     scr({0})
    mathfrak    frak({0})
    mathnormal  {0}
    boldsymbol  bold({0})
    bm          bold({0})
    pmb         bold({0})
    bold        bold(upright({0}))
""")
WORDS = {  # templates for a whole word
    r"\mathrm": "{0}", r"\mathup": "{0}", r"\mathbf": "bold({0})", r"\mathit": "italic({0})",
    r"\mathsf": "sans({0})", r"\mathtt": "mono({0})", r"\bold": "bold({0})"}
TEXTS = {
    r"\text": "{0}", r"\textrm": "{0}", r"\textnormal": "{0}", r"\textup": "{0}",
    r"\mbox": "{0}", r"\hbox": "{0}", r"\textbf": "bold({0})", r"\textit": "italic({0})",
    r"\emph": "italic({0})", r"\texttt": "mono({0})", r"\textsf": "sans({0})"}
SWITCHES = parse_templates(r"""
    displaystyle       display({0})
    textstyle          inline({0})
    scriptstyle        script({0})
    scriptscriptstyle  sscript({0})
    bf                 bold(upright({0}))
    rm                 upright({0})
    it                 italic({0})
    sf                 upright(sans({0}))
    tt                 mono({0})
    cal                cal({0})
    scr                scr({0})
    frak               frak({0})
    mit                italic({0})
""")
TYPE_SIZES = parse_templates(r"""
    Tiny               sized(#0.6, {0})
    tiny               sized(#0.5, {0})
    scriptsize         sized(#0.7, {0})
    small              sized(#0.85, {0})
    normalsize         {0}
    large              sized(#1.2, {0})
    Large              sized(#1.44, {0})
    LARGE              sized(#1.73, {0})
    huge               sized(#2.07, {0})
    Huge               sized(#2.49, {0})
""")
SWITCHES.update(TYPE_SIZES)
STACKED = "matrix(align: #center, {0}; {1})"
FRACTIONS = {r"\over": "frac({0}, {1})", r"\choose": "binom({0}, {1})", r"\atop": STACKED,
             r"\brack": rf"lr(\[{STACKED}\])", r"\brace": rf"lr(\{{{{{STACKED}\}}}})"}
LONG_ARROWS = parse_names("""
    xrightarrow →  xleftarrow ←  xleftrightarrow ↔  xRightarrow ⇒  xLeftarrow ⇐  xLeftrightarrow ⇔
    xhookleftarrow ↩  xhookrightarrow ↪  xmapsto ↦  xtwoheadrightarrow ↠  xtwoheadleftarrow ↞
    xrightharpoonup ⇀  xrightharpoondown ⇁  xleftharpoonup ↼  xleftharpoondown ↽  xlongequal =
    xrightleftharpoons ⇌  xleftrightharpoons ⇋  xtofrom ⇄
""")
SIZES = {"big": "120%", "Big": "180%", "bigg": "240%", "Bigg": "300%"}
SIDES = {"": "%s", "l": 'class("opening", %s)', "r": 'class("closing", %s)',
         "m": "#h(0.278em)%s#h(0.278em)"}
FUNCTIONS = set(r"""\arccos \arcsin \arctan \arg \cos \cosh \cot \coth \csc \deg \dim \exp \hom
    \ker \lg \ln \log \sec \sin \sinh \tan \tanh""".split())
LIMITED = {**{name: name[1:] for name in
              r"\det \gcd \inf \lim \max \min \Pr \sup".split()},
           r"\liminf": "lim inf", r"\limsup": "lim sup", r"\injlim": "inj lim",
           r"\projlim": "proj lim"}

# Environments -----------------------------------------------------------------------------------

MATRICES = {  # name without its star: delimiters
    "matrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖")}
CASES = {"cases": ("{", ""), "dcases": ("{", ""), "rcases": ("", "}"), "drcases": ("", "}")}
ALIGNED = {"align", "align*", "aligned", "split", "flalign", "flalign*", "eqnarray", "eqnarray*",
           "alignat", "alignat*", "alignedat", "xalignat", "xalignat*"}
CENTRED = {"gather", "gather*", "gathered", "lgathered", "rgathered", "multline", "multline*",
           "multlined"}
PLAIN = {"equation", "equation*", "displaymath", "math"}
COLUMN = {"l": "left", "c": "center", "r": "right"}
