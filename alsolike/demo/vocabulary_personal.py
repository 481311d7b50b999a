"""Subcategories of fashion, bath, toys and pets."""

from alsolike.demo.vocabulary import Feature as F  # noqa: N817 - 190 rows read better with one letter
from alsolike.demo.vocabulary import Subcategory, materials_of

PERSONAL_SUBCATEGORIES: tuple[Subcategory, ...] = (
    Subcategory(
        key="scarf",
        path="Fashion > Accessories > Scarves",
        word="scarves",
        noun="scarf",
        kinds=("Scarf", "Blanket Scarf", "Fringed Scarf"),
        materials=materials_of(
            "lambswool (natural fibre), merino (natural fibre), silk twill (natural fibre), "
            "recycled fleece (synthetic)"
        ),
        price=45.0,
        sizes=("160 cm", "180 cm", "200 cm"),
        uses=("windy platforms", "cold offices", "evenings on the terrace"),
        features=(
            F("soft handle", "does not itch", "scratches the neck"),
            F("knotted fringe", "lies nicely", "came undone"),
            F("double weave", "keeps the wind out", "snags on everything"),
            F("generous length", "wraps twice", "is shorter than promised"),
            F("plant dye", "keeps its tone after washing", "stained a white collar"),
        ),
        goes_with=("tote",),
    ),
    Subcategory(
        key="tote",
        path="Fashion > Bags > Tote Bags",
        word="bags",
        noun="tote bag",
        kinds=("Tote Bag", "Shopper Bag", "Market Tote"),
        materials=materials_of(
            "heavy cotton (natural fibre), vegetable-tanned leather (leather), "
            "waxed canvas (natural fibre), recycled sailcloth (synthetic)"
        ),
        price=52.0,
        sizes=("10 l", "15 l", "22 l"),
        uses=("market mornings", "the office", "a day at the lake"),
        features=(
            F("inner pocket", "keeps keys at hand", "tore under a phone"),
            F("long straps", "sit well over a coat", "slide off the shoulder"),
            F("flat base", "stands by itself", "sags"),
            F("top zip", "closes smoothly", "stuck after three days"),
            F("reinforced seams", "carry a full shop", "gave way under two bottles"),
        ),
        goes_with=("scarf", "sunglasses"),
    ),
    Subcategory(
        key="sunglasses",
        path="Fashion > Accessories > Sunglasses",
        word="sunglasses",
        noun="pair of sunglasses",
        kinds=("Sunglasses", "Round Sunglasses", "Polarised Sunglasses"),
        materials=materials_of(
            "bio acetate (synthetic), steel wire (metal), bamboo (wood), recycled nylon (synthetic)"
        ),
        price=68.0,
        sizes=("narrow", "medium", "wide"),
        uses=("driving into the sun", "the beach", "city summers"),
        features=(
            F("polarised lens", "cuts the glare", "peels at the edge"),
            F("spring hinge", "fits without pressure", "broke in the case"),
            F("nose pads", "keep them in place", "leave red marks"),
            F("light frame", "is forgotten after a minute", "bends out of shape"),
            F("scratch coating", "still looks new", "scratched on the first day"),
        ),
        goes_with=("tote",),
    ),
    Subcategory(
        key="soap",
        path="Bath > Washing > Soap",
        word="bath",
        noun="bar of soap",
        kinds=("Bar Soap", "Hand Soap Bar", "Shampoo Bar"),
        materials=materials_of(
            "pine tar (bold), black pepper and cedar (bold), oat and honey (gentle), "
            "lavender (gentle)"
        ),
        price=7.2,
        sizes=("80 g", "100 g", "150 g"),
        uses=("sensitive skin", "hands after gardening", "travel"),
        features=(
            F("olive oil base", "leaves skin soft", "dries the skin out"),
            F("fine lather", "rinses off quickly", "hardly foams"),
            F("cold process", "makes it last for weeks", "melts into slime"),
            F("ground oats", "scrub gently", "scratch like sand"),
            F("mild scent", "stays in the background", "is overpowering"),
        ),
        goes_with=("towel", "candle"),
        material_key="scent",
        looks="with {material} in a {colour} wrapper",
        surface="{material} soap in the {colour} wrapper",
        tail="{material}, {size}",
        is_consumable=True,
    ),
    Subcategory(
        key="towel",
        path="Bath > Textiles > Towels",
        word="bath",
        noun="bath towel",
        kinds=("Bath Towel", "Waffle Towel", "Hammam Towel"),
        materials=materials_of(
            "organic cotton (natural fibre), linen (natural fibre), "
            "bamboo viscose (natural fibre), microfibre (synthetic)"
        ),
        price=28.0,
        sizes=("50 × 100 cm", "70 × 140 cm", "100 × 150 cm"),
        uses=("the sauna", "every morning", "the beach bag"),
        features=(
            F("waffle weave", "dries fast", "smells damp after a day"),
            F("long loops", "soak up a lot", "pull out in the wash"),
            F("hanging loop", "is sewn in well", "ripped off"),
            F("double hem", "keeps the edges straight", "curls up"),
            F("dense pile", "feels like a good hotel", "leaves lint everywhere"),
        ),
        goes_with=("soap",),
    ),
    Subcategory(
        key="hairbrush",
        path="Bath > Care > Hairbrushes",
        word="hair care",
        noun="hairbrush",
        kinds=("Hairbrush", "Paddle Brush", "Detangling Brush"),
        materials=materials_of(
            "pear wood (wood), beech (wood), brushed metal (metal), recycled plastic (synthetic)"
        ),
        price=21.0,
        sizes=("small", "medium", "large"),
        uses=("long hair", "fine hair", "blow-drying"),
        features=(
            F("rounded pins", "glide through knots", "scratch the scalp"),
            F("air cushion", "gives way gently", "came unglued"),
            F("boar-free bristles", "make hair shine", "fall out"),
            F("curved handle", "sits well in the hand", "is slippery when wet"),
            F("cleaning comb", "lifts out hair easily", "broke at once"),
        ),
        goes_with=("soap", "towel"),
    ),
    Subcategory(
        key="blocks",
        path="Toys > Building > Blocks",
        word="toys",
        noun="set of building blocks",
        kinds=("Building Blocks", "Stacking Blocks", "Arch Blocks"),
        materials=materials_of(
            "beech (wood), lime wood (wood), cork (wood), bio plastic (synthetic)"
        ),
        price=36.0,
        sizes=("24 pieces", "48 pieces", "96 pieces"),
        uses=("small builders from two years", "rainy afternoons", "the nursery shelf"),
        features=(
            F("water-based paint", "is safe to chew", "chips off"),
            F("rounded corners", "suit small hands", "are full of splinters"),
            F("exact cut", "makes towers stand", "is so uneven that nothing stacks"),
            F("cotton bag", "keeps them together", "tore on day one"),
            F("mixed shapes", "never get boring", "are far fewer than shown"),
        ),
        goes_with=("puzzle", "plush"),
    ),
    Subcategory(
        key="puzzle",
        path="Toys > Games > Jigsaw Puzzles",
        word="puzzles",
        noun="jigsaw puzzle",
        kinds=("Jigsaw Puzzle", "Wooden Puzzle", "Panorama Puzzle"),
        materials=materials_of(
            "recycled board (natural fibre), birch plywood (wood), "
            "linen-finish board (natural fibre), magnetic sheet (metal)"
        ),
        price=22.0,
        sizes=("100 pieces", "500 pieces", "1,000 pieces"),
        uses=("family weekends", "patient evenings alone", "a holiday house"),
        features=(
            F("snug fit", "lets you lift the finished picture", "is loose and slides apart"),
            F("matt print", "does not reflect the lamp", "is blurred"),
            F("odd-shaped pieces", "add to the fun", "were cut twice the same"),
            F("poster", "helps with the sky", "was missing from the box"),
            F("thick board", "feels solid", "peels in layers"),
        ),
        goes_with=("blocks",),
    ),
    Subcategory(
        key="plush",
        path="Toys > Soft Toys > Plush Animals",
        word="soft toys",
        noun="plush animal",
        kinds=("Plush Bear", "Plush Rabbit", "Plush Cat"),
        materials=materials_of(
            "organic cotton (natural fibre), wool felt (natural fibre), "
            "recycled plush (synthetic), corduroy (natural fibre)"
        ),
        price=25.0,
        sizes=("20 cm", "30 cm", "45 cm"),
        uses=("bedtime", "a newborn gift", "long car rides"),
        features=(
            F("embroidered eyes", "are safe for babies", "are sewn on askew"),
            F("bean-filled feet", "make it sit up", "leak beads"),
            F("long arms", "are made for hugging", "tore at the shoulder"),
            F("washable cover", "survives the machine", "went lumpy in the wash"),
            F("soft pile", "stays fluffy", "sheds"),
        ),
        goes_with=("blocks",),
    ),
    Subcategory(
        key="dogbed",
        path="Pets > Sleeping > Dog Beds",
        word="dogs",
        noun="dog bed",
        kinds=("Dog Bed", "Orthopaedic Dog Bed", "Travel Dog Bed"),
        materials=materials_of(
            "bouclé (natural fibre), corduroy (natural fibre), vegan leather (leather), "
            "recycled canvas (synthetic)"
        ),
        price=74.0,
        sizes=("S", "M", "XL"),
        uses=("old dogs with stiff hips", "puppies", "the car boot"),
        features=(
            F("memory foam", "is kind to joints", "is thin as paper"),
            F("raised rim", "is a good chin rest", "collapsed"),
            F("removable cover", "washes clean", "does not go back on"),
            F("non-slip floor", "stays put on tiles", "slides around"),
            F("tough fabric", "takes digging paws", "was shredded in a day"),
        ),
        goes_with=("lead", "treats"),
    ),
    Subcategory(
        key="lead",
        path="Pets > Walking > Leads",
        word="dogs",
        noun="dog lead",
        kinds=("Dog Lead", "Rope Lead", "Hands-Free Lead"),
        materials=materials_of(
            "climbing rope (synthetic), bridle leather (leather), hemp webbing (natural fibre), "
            "coated webbing (synthetic)"
        ),
        price=31.0,
        sizes=("1.2 m", "2 m", "3 m"),
        uses=("city walks", "forest rounds", "training"),
        features=(
            F("brass hook", "clicks shut safely", "opened by itself"),
            F("padded loop", "is soft on the hand", "burns the hand"),
            F("reflective thread", "is seen at night", "came out in a week"),
            F("short grip", "helps at crossings", "is sewn on badly"),
            F("elastic section", "absorbs pulls", "lost its stretch"),
        ),
        goes_with=("treats", "dogbed"),
    ),
    Subcategory(
        key="treats",
        path="Pets > Feeding > Treats",
        word="dogs",
        noun="bag of dog treats",
        kinds=("Dog Treats", "Training Treats", "Chew Sticks"),
        materials=materials_of(
            "beef and rosemary (bold), wild fish (bold), sweet potato (gentle), "
            "apple and oat (gentle)"
        ),
        price=8.6,
        sizes=("150 g", "300 g", "1 kg"),
        uses=("recall training", "picky eaters", "dental care"),
        features=(
            F("slow drying", "keeps them crunchy", "left them mouldy"),
            F("short ingredient list", "suits sensitive stomachs", "upset the stomach anyway"),
            F("pea size", "is right for training", "crumbles in the pocket"),
            F("resealable bag", "keeps the smell in", "does not reseal"),
            F("grain-free recipe", "went down at once", "was refused by both dogs"),
        ),
        goes_with=("lead",),
        material_key="flavour",
        looks="with {material} in a {colour} bag",
        surface="{material} recipe in the {colour} bag",
        tail="{material}, {size}",
        is_consumable=True,
    ),
)
