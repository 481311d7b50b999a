"""Subcategories of the kitchen, the pantry, the home and the garden."""

from alsolike.demo.vocabulary import Feature as F  # noqa: N817 - 190 rows read better with one letter
from alsolike.demo.vocabulary import Subcategory, materials_of

HOME_SUBCATEGORIES: tuple[Subcategory, ...] = (
    Subcategory(
        key="grinder",
        path="Kitchen > Coffee > Grinders",
        word="coffee",
        noun="coffee grinder",
        kinds=("Hand Coffee Grinder", "Burr Coffee Grinder", "Travel Coffee Mill"),
        materials=materials_of(
            "walnut (wood), brushed steel (metal), cast aluminium (metal), beech (wood), "
            "ceramic (ceramic)"
        ),
        price=64.0,
        sizes=("20 g", "35 g", "60 g"),
        uses=("espresso at home", "filter coffee on slow mornings", "French press for two"),
        features=(
            F("ceramic burr", "keeps the grind even", "clogs after a few days"),
            F("stepped dial", "clicks reliably from fine to coarse", "slips between two settings"),
            F("long crank", "turns without effort", "wobbles and squeaks"),
            F("magnetic lid", "closes with a soft snap", "falls off when you tilt it"),
            F("glass hopper", "shows what is left", "cracked on the first morning"),
        ),
        goes_with=("beans", "mug"),
    ),
    Subcategory(
        key="beans",
        path="Kitchen > Coffee > Beans",
        word="coffee",
        noun="bag of whole bean coffee",
        kinds=("Whole Bean Coffee", "Single Origin Coffee Beans", "House Blend Coffee Beans"),
        materials=materials_of(
            "dark roast (bold), espresso roast (bold), medium roast (gentle), light roast (gentle)"
        ),
        price=13.5,
        sizes=("250 g", "500 g", "1 kg"),
        uses=("espresso and cappuccino", "pour-over", "a strong first cup"),
        features=(
            F("cocoa and hazelnut note", "carries through milk", "is nowhere to be tasted"),
            F("berry note", "stays bright to the last sip", "tastes plainly sour"),
            F("slow drum roast", "leaves no bitterness", "tastes burnt"),
            F("aroma valve", "keeps the beans fresh for weeks", "leaks, and the beans went stale"),
            F("single-farm harvest", "tastes clear and sweet", "tastes flat and dusty"),
        ),
        goes_with=("grinder", "mug"),
        material_key="roast",
        looks="as a {material} in a {colour} bag",
        surface="{material} in the {colour} bag",
        tail="{material}, {size}",
        is_consumable=True,
    ),
    Subcategory(
        key="mug",
        path="Kitchen > Tableware > Mugs",
        word="mugs",
        noun="mug",
        kinds=("Mug", "Coffee Cup", "Breakfast Mug"),
        materials=materials_of(
            "stoneware (ceramic), porcelain (ceramic), enamelled steel (metal), "
            "double-wall glass (glass)"
        ),
        price=15.0,
        sizes=("200 ml", "300 ml", "450 ml"),
        uses=("the first coffee of the day", "long tea breaks", "hot chocolate by the window"),
        features=(
            F("wide handle", "fits four fingers", "gets too hot to hold"),
            F("thick wall", "keeps drinks warm", "makes it far too heavy"),
            F("hand-dipped glaze", "looks different on every piece", "came with bare patches"),
            F("rounded rim", "feels good on the lips", "arrived chipped"),
            F("stackable foot", "saves room in the cupboard", "sticks so that the stack topples"),
        ),
        goes_with=("tea", "beans"),
    ),
    Subcategory(
        key="pan",
        path="Kitchen > Cookware > Pans",
        word="cooking",
        noun="frying pan",
        kinds=("Frying Pan", "Skillet", "Sauté Pan"),
        materials=materials_of(
            "cast iron (metal), carbon steel (metal), ceramic-coated aluminium (ceramic), "
            "copper-core steel (metal)"
        ),
        price=58.0,
        sizes=("20 cm", "24 cm", "28 cm"),
        uses=("crisp potatoes", "weekday omelettes", "searing vegetables"),
        features=(
            F("thick base", "spreads the heat evenly", "warped on the second use"),
            F("riveted handle", "sits firm and stays cool", "came loose within a week"),
            F("pouring lip", "leaves no drips", "spills down the side"),
            F("seasoned surface", "lets eggs slide off", "sticks with everything"),
            F("flared rim", "makes tossing easy", "splashes fat all over the stove"),
        ),
        goes_with=("oil",),
    ),
    Subcategory(
        key="tea",
        path="Pantry > Tea > Loose Leaf Tea",
        word="tea",
        noun="loose leaf tea",
        kinds=("Loose Leaf Tea", "Whole Leaf Tea", "Evening Infusion"),
        materials=materials_of(
            "black tea (bold), smoked tea (bold), green tea (gentle), chamomile blend (gentle), "
            "ginger blend (bold)"
        ),
        price=10.5,
        sizes=("75 g", "100 g", "200 g"),
        uses=("quiet evenings", "a brisk start to the day", "afternoons with cake"),
        features=(
            F("hand-rolled leaf", "can be steeped three times", "is mostly dust"),
            F("bergamot peel", "smells fresh and round", "smells like perfume"),
            F("airtight tin", "keeps the aroma in", "came dented and does not close"),
            F("spring picking", "tastes soft and floral", "tastes of hay"),
            F("honey note", "needs no sugar", "is cloying"),
        ),
        goes_with=("mug", "chocolate"),
        material_key="blend",
        looks="as {material} in a {colour} tin",
        surface="{material} in the {colour} tin",
        tail="{material}, {size}",
        is_consumable=True,
    ),
    Subcategory(
        key="chocolate",
        path="Pantry > Sweets > Chocolate",
        word="chocolate",
        noun="chocolate bar",
        kinds=("Chocolate Bar", "Stone-Ground Chocolate", "Filled Chocolate Bar"),
        materials=materials_of(
            "72 % dark (bold), 85 % dark (bold), 45 % milk (gentle), vanilla white (gentle)"
        ),
        price=5.4,
        sizes=("70 g", "100 g", "3 × 70 g"),
        uses=("sharing after dinner", "a small gift", "the desk drawer"),
        features=(
            F("sea salt", "brings out the cocoa", "covers every other taste"),
            F("hazelnut filling", "melts slowly", "is oily"),
            F("orange peel", "gives it a fresh edge", "is tough and bitter"),
            F("long conching", "makes it silky", "cannot hide the sandy bite"),
            F("thin break", "snaps cleanly", "arrived in crumbs"),
        ),
        goes_with=("tea",),
        material_key="cocoa",
        looks="({material}) in {colour} paper",
        surface="{material} chocolate in {colour} paper",
        tail="{material}, {size}",
        is_consumable=True,
    ),
    Subcategory(
        key="oil",
        path="Pantry > Staples > Olive Oil",
        word="olive oil",
        noun="olive oil",
        kinds=("Extra Virgin Olive Oil", "Early Harvest Olive Oil", "Infused Olive Oil"),
        materials=materials_of(
            "peppery (bold), with chilli (bold), mild (gentle), with lemon (gentle)"
        ),
        price=16.0,
        sizes=("250 ml", "500 ml", "1 l"),
        uses=("salads and raw vegetables", "bread and salt", "everyday frying"),
        features=(
            F("cold pressing", "keeps the green aroma", "cannot save a rancid batch"),
            F("early harvest", "gives a lively bite", "tastes only bitter"),
            F("drip-free spout", "pours a thin line", "drips over the label"),
            F("dark bottle", "protects it from light", "was leaking in the parcel"),
            F("single-grove origin", "tastes of grass and tomato", "tastes of nothing"),
        ),
        goes_with=("pan",),
        material_key="taste",
        looks="({material}) in a {colour} bottle",
        surface="{colour} bottle",
        tail="{material}, {size}",
        is_consumable=True,
    ),
    Subcategory(
        key="lamp",
        path="Home > Lighting > Table Lamps",
        word="lamps",
        noun="table lamp",
        kinds=("Table Lamp", "Bedside Lamp", "Reading Lamp"),
        materials=materials_of(
            "ash wood (wood), powder-coated steel (metal), brass (metal), "
            "glazed ceramic (ceramic), smoked glass (glass)"
        ),
        price=72.0,
        sizes=("28 cm", "36 cm", "48 cm"),
        uses=("reading in bed", "a dark corner", "evenings at the desk"),
        features=(
            F("linen shade", "throws a warm light", "is crooked whatever you do"),
            F("touch dimmer", "goes from glow to bright", "flickers"),
            F("heavy foot", "keeps it from tipping", "scratched the table"),
            F("tilting head", "points where you need it", "sinks after a minute"),
            F("braided cable", "looks tidy", "is much too short"),
        ),
        goes_with=("cushion", "vase"),
    ),
    Subcategory(
        key="cushion",
        path="Home > Textiles > Cushions",
        word="cushions",
        noun="cushion",
        kinds=("Cushion", "Throw Pillow", "Floor Cushion"),
        materials=materials_of(
            "washed linen (natural fibre), wool bouclé (natural fibre), "
            "organic cotton (natural fibre), recycled polyester (synthetic), velvet (synthetic)"
        ),
        price=34.0,
        sizes=("40 × 40 cm", "50 × 50 cm", "60 × 40 cm"),
        uses=("the sofa", "a reading chair", "a bench in the hall"),
        features=(
            F("hidden zip", "never scratches", "broke on the first wash"),
            F("piped edge", "keeps its shape", "frays"),
            F("feather-free filling", "springs back", "went flat within days"),
            F("dense weave", "does not pill", "sheds fluff on everything"),
            F("washable cover", "comes out like new", "shrank"),
        ),
        goes_with=("lamp", "candle"),
    ),
    Subcategory(
        key="vase",
        path="Home > Decor > Vases",
        word="vases",
        noun="vase",
        kinds=("Vase", "Bud Vase", "Bottle Vase"),
        materials=materials_of(
            "hand-blown glass (glass), terracotta clay (ceramic), porcelain (ceramic), "
            "turned oak (wood), hammered brass (metal)"
        ),
        price=38.0,
        sizes=("14 cm", "22 cm", "32 cm"),
        uses=("a single branch", "a market bouquet", "dried grasses"),
        features=(
            F("narrow neck", "holds stems upright", "is too tight for any stem"),
            F("weighted base", "stands safely", "rocks on a flat table"),
            F("matt glaze", "feels like a pebble", "stains from water"),
            F("fluted body", "catches the light", "shows ugly seams"),
            F("watertight inside", "leaves no rings", "seeps through the bottom"),
        ),
        goes_with=("candle",),
    ),
    Subcategory(
        key="candle",
        path="Home > Decor > Candles",
        word="candles",
        noun="scented candle",
        kinds=("Scented Candle", "Soy Candle", "Jar Candle"),
        materials=materials_of(
            "cedar and smoke (bold), amber and clove (bold), fig and linen (gentle), "
            "rain and moss (gentle)"
        ),
        price=19.0,
        sizes=("120 g", "180 g", "300 g"),
        uses=("long baths", "the dinner table", "rainy evenings"),
        features=(
            F("cotton wick", "burns without soot", "drowns in the wax"),
            F("rapeseed wax", "melts evenly", "tunnels down the middle"),
            F("wooden lid", "puts out the flame neatly", "does not fit"),
            F("slow burn", "lasts more than forty hours", "was over in an evening"),
            F("refillable jar", "becomes a tumbler afterwards", "cracked from the heat"),
        ),
        goes_with=("vase", "soap"),
        material_key="scent",
        looks="with {material} in a {colour} jar",
        surface="scent of {material} in the {colour} jar",
        tail="{material}, {size}",
        is_consumable=True,
    ),
    Subcategory(
        key="seeds",
        path="Garden > Growing > Seeds",
        word="gardening",
        noun="seed packet",
        kinds=("Vegetable Seeds", "Wildflower Seeds", "Herb Seeds"),
        materials=materials_of(
            "chilli and tomato (bold), sunflower mix (bold), bee meadow mix (gentle), "
            "basil and thyme (gentle)"
        ),
        price=4.2,
        sizes=("for 1 m²", "for 3 m²", "for 10 m²"),
        uses=("balcony boxes", "raised beds", "a sunny windowsill"),
        features=(
            F("open-pollinated strain", "can be sown again next year", "did not set a single seed"),
            F(
                "high germination",
                "shows green within ten days",
                "is a fairy tale: nothing came up",
            ),
            F("sowing calendar", "tells you what to do when", "is unreadable"),
            F("seed tape", "gives the right spacing", "tears when wet"),
            F("paper sachet", "can be composted", "was open, half of it was lost"),
        ),
        goes_with=("planter", "can"),
        material_key="variety",
        looks="({material}) in a {colour} sachet",
        surface="{material} from the {colour} sachet",
        tail="{material}, {size}",
        is_consumable=True,
    ),
    Subcategory(
        key="planter",
        path="Garden > Growing > Planters",
        word="plants",
        noun="planter",
        kinds=("Planter", "Plant Pot", "Herb Pot"),
        materials=materials_of(
            "fired clay (ceramic), galvanised steel (metal), fibre stone (ceramic), "
            "acacia wood (wood), recycled plastic (synthetic)"
        ),
        price=27.0,
        sizes=("14 cm", "20 cm", "30 cm"),
        uses=("herbs by the kitchen door", "a large monstera", "the balcony rail"),
        features=(
            F("drainage hole", "keeps roots healthy", "is missing altogether"),
            F("matching saucer", "catches every drop", "is too small and overflows"),
            F("water reservoir", "feeds plants for a week", "leaks on the floor"),
            F("frost-proof wall", "survives winter outside", "split in the first frost"),
            F("felt feet", "protect the floor", "came off at once"),
        ),
        goes_with=("seeds", "can"),
    ),
    Subcategory(
        key="can",
        path="Garden > Tools > Watering Cans",
        word="gardening",
        noun="watering can",
        kinds=("Watering Can", "Long-Spout Watering Can", "Indoor Watering Can"),
        materials=materials_of(
            "galvanised steel (metal), enamelled steel (metal), copper (metal), "
            "recycled plastic (synthetic)"
        ),
        price=29.0,
        sizes=("1 l", "3 l", "8 l"),
        uses=("seedlings", "hanging baskets", "a whole vegetable bed"),
        features=(
            F("fine rose", "rains softly on seedlings", "blocks all the time"),
            F("long spout", "reaches the back row", "bends under its own weight"),
            F("balanced handle", "spares the wrist", "cuts into the hand"),
            F("wide filling hole", "fits under any tap", "slops water over your shoes"),
            F("rolled seam", "stays tight for years", "leaked from day one"),
        ),
        goes_with=("seeds", "planter"),
    ),
)
