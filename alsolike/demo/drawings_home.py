"""Pictures for the kitchen, the pantry, the home and the garden."""

from alsolike.demo.ink import Ink, box, disc, filled, line, oval, shine


def draw_grinder(ink: Ink) -> str:
    """Draw a hand grinder with its crank."""
    side = 1 if ink.pick(0, 2) else -1
    knob = 200 + side * 92
    return (
        ink.shadow(82)
        + line(f"M200 132V104H{knob}", ink.steel_dark, 9)
        + box(knob - 13, 70, 26, 40, 12, ink.wood)
        + filled("M152 150Q156 124 200 124Q244 124 248 150Z", ink.steel)
        + ink.body("M146 150H254L246 238H154Z")
        + box(144, 232, 112, 16, 6, ink.steel_dark)
        + ink.body("M152 248H248L258 318Q258 328 248 328H152Q142 328 142 318Z")
        + box(178, 272, 44, 30, 5, ink.cream)
        + disc(200, 287, 5, ink.wood)
        + shine("M164 166L169 222")
    )


def draw_beans(ink: Ink) -> str:
    """Draw a coffee bag with beans before it."""
    beans = "".join(
        f'<g transform="translate({x} {y}) rotate({turn})">'
        + oval(0, 0, 17, 11, "#6b432b")
        + line("M-14 1Q0 -6 14 1", "#3f2517", 3)
        + "</g>"
        for x, y, turn in (
            (108, 318, ink.pick(0, 90)),
            (292, 316, -ink.pick(1, 70)),
            (268, 330, ink.pick(2, 60)),
            (140, 330, -20),
        )
    )
    return (
        ink.shadow(100)
        + ink.body("M138 118L262 118L274 308Q274 326 258 326H142Q126 326 126 308Z")
        + filled("M138 118L146 84H254L262 118Z", ink.dark)
        + line("M146 98H254", ink.light, 4)
        + oval(200, 220, 48, 56, ink.cream)
        + f'<g transform="rotate({20 + ink.pick(3, 30)} 200 220)">'
        + oval(200, 220, 22, 33, "#6b432b")
        + line("M200 190Q188 220 200 250", ink.cream, 4)
        + "</g>"
        + disc(200, 140, 7, ink.light)
        + beans
    )


def draw_mug(ink: Ink) -> str:
    """Draw a steaming mug."""
    steam = ("M170 118Q156 98 170 80T170 46", "M214 118Q200 98 214 80T214 46")
    return (
        ink.shadow(92)
        + line(
            ("M262 186H290Q318 186 318 222T286 262H256", "M258 184Q324 172 322 224T252 276")[
                ink.pick(0, 2)
            ],
            ink.dark,
            20,
        )
        + ink.body("M112 146H272V280Q272 328 226 328H158Q112 328 112 280Z")
        + oval(192, 146, 80, 19, ink.light)
        + oval(192, 149, 68, 13, "#6f4a35")
        + "".join(line(path, "#ffffff", 8, 'opacity=".85"') for path in steam[: 1 + ink.pick(1, 2)])
        + shine("M130 182V270")
    )


def draw_pan(ink: Ink) -> str:
    """Draw a frying pan from above."""
    egg = (
        filled(
            "M132 214Q126 172 168 172Q214 160 220 204Q240 236 200 250Q144 262 132 214Z", "#fffdf5"
        )
        + disc(176, 212, 22, "#f2b53a")
        + disc(169, 205, 6, "#ffffff", 'opacity=".6"')
        if ink.pick(0, 2)
        else "".join(
            oval(x, y, 25, 15, colour, f'transform="rotate({turn} {x} {y})"')
            for x, y, turn, colour in (
                (144, 200, 30, "#c9503f"),
                (190, 184, -25, ink.leaf),
                (206, 230, 50, "#e5b23f"),
                (154, 244, -10, ink.leaf),
            )
        )
    )
    return (
        oval(186, 232, 122, 116, "#2b2a33", 'opacity=".15"')
        + line("M262 146L338 70", ink.wood, 26)
        + line("M256 152L274 134", ink.steel_dark, 18)
        + disc(334, 74, 5, ink.cream)
        + ink.body("M56 218A120 120 0 1 1 296 218A120 120 0 1 1 56 218Z")
        + disc(176, 218, 98, "#4a4c53")
        + disc(176, 218, 88, "#565961")
        + egg
    )


def draw_tea(ink: Ink) -> str:
    """Draw a tea tin with a leaf on the label."""
    return (
        ink.shadow(86)
        + ink.body("M124 142H276V312Q276 328 200 328Q124 328 124 312Z")
        + filled("M118 116Q118 96 200 96Q282 96 282 116V150Q200 166 118 150Z", ink.dark)
        + oval(200, 112, 74, 14, ink.light, 'opacity=".7"')
        + box(184, 82, 32, 26, 10, ink.dark)
        + filled("M146 196Q200 206 254 196V288Q200 298 146 288Z", ink.cream)
        + f'<g transform="rotate({ink.pick(0, 30) - 15} 200 246)">'
        + filled("M200 284Q158 258 172 214Q208 226 200 284Z", ink.leaf)
        + filled("M200 284Q242 258 230 220Q196 230 200 284Z", "#8bb27c")
        + line("M200 284Q190 246 178 224M200 284Q210 250 226 230", ink.cream, 3)
        + "</g>"
        + shine("M138 176V300", 6)
    )


def draw_chocolate(ink: Ink) -> str:
    """Draw a bar half out of its paper."""
    brown = ("#6a4230", "#54321f", "#8a5a3c", "#efe0c0")[
        ink.choose(0, ("72 % dark", "85 % dark", "% milk", "vanilla white"))
    ]
    squares = "".join(
        box(136 + 44 * column, 78 + 40 * row, 38, 34, 5, "#ffffff")
        for row in range(2)
        for column in range(3)
    )
    return (
        ink.shadow(86)
        + f'<g transform="rotate({ink.pick(1, 14) - 7} 200 210)">'
        + filled("M128 78Q128 70 136 70H230L242 86L256 80L272 96V220H128Z", brown)
        + f'<g opacity=".22">{squares}</g>'
        + filled("M122 160L146 172L172 160L200 174L226 160L254 172L278 160V186H122Z", "#e9e6df")
        + ink.body("M120 178H280V316Q280 324 272 324H128Q120 324 120 316Z")
        + box(146, 218, 108, 66, 8, ink.cream)
        + filled("M200 232L211 246L228 251L211 256L200 272L189 256L172 251L189 246Z", ink.accent)
        + "</g>"
    )


def draw_oil(ink: Ink) -> str:
    """Draw an oil bottle with an olive twig."""
    return (
        ink.shadow(70)
        + box(184, 60, 32, 34, 6, ink.wood)
        + ink.body(
            "M182 90H218V150Q262 168 262 210V312Q262 328 246 328"
            "H154Q138 328 138 312V210Q138 168 182 150Z"
        )
        + box(178, 88, 44, 13, 5, ink.dark)
        + filled("M138 218H262V298H138Z", ink.cream)
        + line("M164 284Q196 262 238 232", "#6d7a4a", 4)
        + "".join(
            oval(x, y, 17, 7, ink.leaf, f'transform="rotate({turn} {x} {y})"')
            for x, y, turn in ((178, 256, 30), (206, 240, 20), (222, 264, -70), (232, 226, -40))
        )
        + oval(196, 278, 12, 9, ("#556b2f", "#4b3350")[ink.pick(0, 2)])
        + oval(172, 236 + ink.pick(1, 6), 11, 8, "#7d8f3c")
        + shine("M152 214Q152 190 176 174", 6)
    )


def draw_lamp(ink: Ink) -> str:
    """Draw a table lamp with a glow."""
    shade = (
        "M150 84H250L286 192H114Z",
        "M200 76Q286 84 290 192H110Q114 84 200 76Z",
        "M130 92H270V192H130Z",
    )[ink.pick(0, 3)]
    foot = (
        line("M200 192V306", ink.steel_dark, 10),
        filled("M192 192H208Q204 230 236 268Q240 312 200 312T164 268Q196 230 192 192Z", ink.dark),
        line("M200 192V250M200 250L160 318M200 250L240 318", ink.wood, 10),
    )[ink.pick(1, 3)]
    base = oval(200, 318, 56, 13, ink.dark) if ink.pick(1, 3) < 2 else ""
    return (
        ink.shadow(88)
        + filled("M120 192H280L326 322H74Z", "#fff3bf", 'opacity=".6"')
        + disc(200, 196, 20, "#fffbe6")
        + foot
        + base
        + ink.body(shade)
        + line("M114 192H286" if ink.pick(0, 3) < 2 else "M130 192H270", ink.light, 6)
    )


def draw_cushion(ink: Ink) -> str:
    """Draw a plump cushion."""
    tassels = "".join(
        line(f"M{x} {y}l{dx * 16} {dy * 16}m{-dx * 6} {dy * 3}l{dx * 4} {dy * 4}", ink.accent, 7)
        for x, y, dx, dy in (
            (96, 126, -1, -1),
            (304, 126, 1, -1),
            (98, 306, -1, 1),
            (302, 306, 1, 1),
        )
    )
    middle = (
        disc(200, 216, 11, ink.dark)
        + line("M200 216L168 196M200 216L234 198M200 216L196 252", ink.dark, 3),
        line("M134 150Q200 162 266 150M136 284Q200 270 264 284", ink.light, 4),
        filled("M200 176Q236 216 200 256Q164 216 200 176Z", ink.accent, 'opacity=".85"'),
    )[ink.pick(0, 3)]
    return (
        ink.shadow(112)
        + (tassels if ink.pick(1, 2) else "")
        + ink.body("M92 120Q200 146 308 120Q284 216 306 314Q200 292 94 314Q116 216 92 120Z")
        + middle
        + shine("M122 150Q132 190 130 226", 7, 0.35)
    )


def draw_vase(ink: Ink) -> str:
    """Draw a vase with a few stems."""
    body = (
        "M176 172H224Q222 204 252 236Q276 284 240 328H160Q124 284 148 236Q178 204 176 172Z",
        "M160 172H240L262 312Q262 328 246 328H154Q138 328 138 312Z",
        "M184 172H216V214Q270 226 270 276Q270 328 200 328T130 276Q130 226 184 214Z",
    )[ink.pick(0, 3)]
    heads = ((152, 92), (204, 66), (254, 104))
    stems = "".join(line(f"M200 190Q{(x + 200) // 2} 150 {x} {y}", "#6d8a5a", 5) for x, y in heads)
    petals = "".join(
        "".join(
            disc(x + dx, y + dy, 12, ink.accent)
            for dx, dy in ((0, -13), (13, 3), (-13, 3), (8, 15), (-8, 15))
        )
        + disc(x, y + 3, 9, "#f7e3a1")
        for x, y in heads[: 1 + ink.pick(1, 3)]
    )
    leaves = "".join(
        oval(x, y + 8, 9, 24, ink.leaf, f'transform="rotate({(x - 200) // 2} {x} {y})"')
        for x, y in heads[1 + ink.pick(1, 3) :]
    )
    return (
        ink.shadow(72)
        + stems
        + oval(176, 140, 8, 22, ink.leaf, 'transform="rotate(-40 176 140)"')
        + petals
        + leaves
        + ink.body(body)
        + shine("M158 262Q152 286 164 308", 6)
    )


def draw_candle(ink: Ink) -> str:
    """Draw a jar candle, lit."""
    return (
        ink.shadow(88)
        + disc(200, 110, 62, "#fff1b8", 'opacity=".55"')
        + filled(
            f"M200 64Q{226 + ink.pick(0, 8)} 104 200 132Q{172 + ink.pick(1, 8)} 106 200 64Z",
            "#f2a33a",
        )
        + filled("M200 92Q212 114 200 130Q188 114 200 92Z", "#fff4c8")
        + line("M200 126V160", ink.dark_line, 5)
        + ink.body("M118 150H282V302Q282 328 256 328H144Q118 328 118 302Z")
        + oval(200, 150, 82, 18, ink.light)
        + oval(200, 153, 68, 12, ink.cream)
        + line("M200 142V152", ink.dark_line, 5)
        + box(150, 208, 100, 76, 8, ink.cream)
        + (
            filled(
                "M200 270Q168 246 184 222Q200 232 200 270Q232 246 216 222Q200 232 200 270Z",
                ink.leaf,
            )
            if ink.pick(2, 2)
            else disc(200, 246, 20, ink.accent) + disc(208, 240, 17, ink.cream)
        )
        + shine("M134 184V290", 6)
    )


def draw_seeds(ink: Ink) -> str:
    """Draw a seed packet and a sprout."""
    head = (
        "".join(
            oval(200, 176, 12, 34, ink.accent, f'transform="rotate({a} 200 204)"')
            for a in range(0, 360, 45)
        )
        + disc(200, 204, 17, "#6b4a2e"),
        filled(
            "M162 196Q164 166 200 172Q236 166 238 196Q238 240 200 246Q162 240 162 196Z", "#d2503c"
        )
        + filled("M200 178L182 166L196 164L200 152L204 164L218 166Z", ink.leaf),
        "".join(
            oval(200 + x, y, 12, 22, ink.leaf, f'transform="rotate({x} {200 + x} {y})"')
            for x, y in ((-30, 190), (30, 190), (0, 172), (-22, 226), (22, 226))
        ),
    )[ink.choose(0, ("wildflower", "vegetable", "herb"))]
    return (
        ink.shadow(90)
        + ink.body(f"M124 76{'l12 8l12 -8' * 6}L276 82V326H124Z")
        + filled("M124 100H276V118H124Z", ink.dark, 'opacity=".55"')
        + box(142, 136, 116, 150, 10, ink.cream)
        + line("M200 214V276M200 266Q180 264 174 248M200 258Q220 254 226 240", ink.leaf, 6)
        + head
        + "".join(oval(x, 326 + x % 3, 8, 5, "#8a6a45") for x in (290, 306, 298 + ink.pick(1, 20)))
    )


def draw_planter(ink: Ink) -> str:
    """Draw a pot plant."""
    plant = (
        "".join(
            oval(200, 118, 17, 62, colour, f'transform="rotate({turn} 200 206)"')
            for turn, colour in (
                (-52, "#5d8a55"),
                (52, "#5d8a55"),
                (-26, ink.leaf),
                (26, ink.leaf),
                (0, "#87b077"),
            )
        ),
        filled("M164 206V118Q164 82 200 82T236 118V206Z", ink.leaf)
        + line("M184 112V192M200 100V196M216 112V192", "#a9c99a", 4, 'stroke-dasharray="2 13"')
        + line("M164 168H140V136", ink.leaf, 20)
        + disc(200, 80, 11, ink.accent),
        "".join(
            line(f"M200 206Q{200 + dx} 150 {200 + 2 * dx} {y}", colour, 11)
            for dx, y, colour in (
                (-50, 150, "#5d8a55"),
                (-26, 92, ink.leaf),
                (4, 70, "#87b077"),
                (30, 96, ink.leaf),
                (52, 156, "#5d8a55"),
            )
        ),
    )[ink.pick(0, 3)]
    return (
        ink.shadow(88)
        + plant
        + ink.body("M128 222H272L254 312Q252 322 242 322H158Q148 322 146 312Z")
        + box(118, 200, 164, 32, 8, ink.dark)
        + (oval(200, 324, 72, 9, ink.dark) if ink.pick(1, 2) else "")
        + shine("M150 244L160 300", 6)
    )


def draw_can(ink: Ink) -> str:
    """Draw a watering can."""
    drops = "".join(
        filled(f"M{x} {y}q-8 14 0 18q8 -4 0 -18Z", "#6aa5cf")
        for x, y in ((62, 190), (78, 214), (52, 228))[: 1 + ink.pick(0, 3)]
    )
    return (
        ink.shadow(92, x=226)
        + line("M276 196Q352 186 334 258Q324 296 288 300", ink.dark, 15)
        + line("M170 172Q222 66 284 170", ink.dark, 14)
        + line("M172 280Q136 268 108 182", ink.dark, 22)
        + filled("M74 184L130 148L138 164L88 200Z", ink.steel)
        + ink.body("M160 164H288L304 312Q304 328 288 328H166Q150 328 150 312Z")
        + oval(224, 165, 64, 14, ink.light)
        + line("M156 216H294", ink.light, 4)
        + drops
        + shine("M174 232L170 302", 6)
    )
