"""Macros of the packages physics and braket, which MathJax loads; tex_physics.py reads others."""

DEFINED = r"""
    \newcommand{\abs}[1]{\left|#1\right|}         \newcommand{\absolutevalue}[1]{\left|#1\right|}
    \newcommand{\norm}[1]{\left\|#1\right\|}
    \newcommand{\order}[1]{\mathcal{O}\left(#1\right)}
    \newcommand{\pqty}[1]{\left(#1\right)}        \newcommand{\bqty}[1]{\left[#1\right]}
    \newcommand{\vqty}[1]{\left|#1\right|}        \newcommand{\Bqty}[1]{\left\{#1\right\}}
    \newcommand{\comm}[2]{\left[#1,#2\right]}     \newcommand{\commutator}[2]{\left[#1,#2\right]}
    \newcommand{\acomm}[2]{\left\{#1,#2\right\}}  \newcommand{\pb}[2]{\left\{#1,#2\right\}}
    \newcommand{\anticommutator}[2]{\left\{#1,#2\right\}}
    \newcommand{\vb}[1]{\boldsymbol{\mathbf{#1}}} \newcommand{\vectorbold}[1]{\mathbf{#1}}
    \newcommand{\va}[1]{\vec{\mathbf{#1}}}        \newcommand{\vectorarrow}[1]{\vec{\mathbf{#1}}}
    \newcommand{\vu}[1]{\hat{\mathbf{#1}}}        \newcommand{\vectorunit}[1]{\hat{\mathbf{#1}}}
    \newcommand{\grad}{\boldsymbol\nabla}        \newcommand{\gradient}{\boldsymbol\nabla}
    \newcommand{\curl}{\boldsymbol\nabla\times}  \newcommand{\divergence}{\boldsymbol\nabla\cdot}
    \newcommand{\laplacian}{\nabla^2}            \newcommand{\vdot}{\boldsymbol\cdot}
    \newcommand{\cross}{\boldsymbol\times}       \newcommand{\crossproduct}{\boldsymbol\times}
    \DeclareMathOperator{\tr}{tr}     \DeclareMathOperator{\Tr}{Tr}
    \DeclareMathOperator{\trace}{tr}  \DeclareMathOperator{\rank}{rank}
    \DeclareMathOperator{\erf}{erf}   \DeclareMathOperator{\Res}{Res}
    \newcommand{\Ket}[1]{\left|#1\right\rangle}
    \newcommand{\Bra}[1]{\left\langle#1\right|}   \newcommand{\set}[1]{\{\,#1\,\}}
    \newcommand{\Set}[1]{\left\{\,#1\,\right\}}
    \newcommand{\ketbra}[2]{\left|#1\right\rangle\!\left\langle#2\right|}
    \newcommand{\dyad}[2]{\left|#1\right\rangle\!\left\langle#2\right|}
    \newcommand{\mel}[3]{\left\langle#1\middle|#2\middle|#3\right\rangle}
    \newcommand{\matrixel}[3]{\left\langle#1\middle|#2\middle|#3\right\rangle}
    \newcommand{\qq}[1]{\quad\text{#1}\quad}     \newcommand{\qc}{,\quad}
""" + "".join(rf"\newcommand{{\q{word}}}{{\quad\text{{{word}}}\quad}}" for word in (
    "if then else otherwise unless given using assume since let for all even odd integer "
    "and or as in").split())
