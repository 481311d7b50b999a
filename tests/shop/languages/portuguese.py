"""A Brazilian shop for the home and repairs."""

from tests.shop.languages.shop import LanguageShop

PORTUGUESE = LanguageShop(
    lines="""
Kit de manutenção para bicicleta | Pedal Livre | Esporte > Bicicletas | Ferramentas para ajustar freios e corrente em casa.
Bomba de ar para pneus | Pedal Livre | Esporte > Bicicletas | Com manômetro, serve em todas as válvulas.
Capacete infantil | Pedal Livre | Esporte > Bicicletas | Leve e ventilado, com regulagem atrás.
Cadeado com segredo | Pedal Livre | Esporte > Bicicletas | Corrente de aço de um metro.
Bola de futebol oficial | Gol de Placa | Esporte > Futebol | Costurada à mão, para campo e quadra.
Chuteira de couro | Gol de Placa | Esporte > Futebol | Travas firmes e palmilha macia.
Luvas de goleiro | Gol de Placa | Esporte > Futebol | Boa aderência com a bola molhada.
Tapete de ioga | Serena | Esporte > Ioga | Borracha natural que não escorrega.
Corda de pular | Serena | Esporte > Academia | Ajustável, com rolamentos.
Halteres de cinco quilos | Serena | Esporte > Academia | Par revestido, não arranha o chão.
Cafeteira italiana | Cafezal | Cozinha > Café | Seis xícaras de café forte no fogão.
Coador de pano | Cafezal | Cozinha > Café | Café como o da avó, cabo de madeira.
Café em grãos da serra | Cafezal | Mercearia > Café | Torra média, notas de chocolate.
Garrafa térmica de inox | Cafezal | Cozinha > Garrafas | Conserva o calor por doze horas.
Xícara de porcelana | Louça Fina | Cozinha > Louça | Com pires, pintada à mão.
Prato fundo | Louça Fina | Cozinha > Louça | Jogo de seis pratos brancos.
Copos de vidro | Louça Fina | Cozinha > Copos | Seis copos resistentes para água e suco.
Panela de pressão | Ferro Bom | Cozinha > Panelas | Quatro litros e meio, fecho externo.
Frigideira antiaderente | Ferro Bom | Cozinha > Panelas | Ovos deslizam sem óleo.
Assadeira de alumínio | Ferro Bom | Cozinha > Formas | Para bolos, pães e lasanhas.
Forma de pudim | Ferro Bom | Cozinha > Formas | Com tampa para banho-maria.
Faca de pão | Lâmina | Cozinha > Facas | Serra que corta sem esmagar.
Faca do chef | Lâmina | Cozinha > Facas | Aço inoxidável, vinte centímetros.
Tábua de corte de bambu | Lâmina | Cozinha > Tábuas | Não risca as lâminas e seca depressa.
Pão de queijo congelado | Mineirinho | Mercearia > Congelados | Um quilo, pronto em vinte minutos.
Doce de leite | Mineirinho | Mercearia > Doces | Pote de quatrocentos gramas.
Goiabada cascão | Mineirinho | Mercearia > Doces | Feita em tacho de cobre.
Feijão carioca | Roça | Mercearia > Grãos | Safra nova, cozinha rápido.
Farofa temperada | Roça | Mercearia > Grãos | Com cebola, alho e salsinha.
Castanha de caju torrada | Roça | Mercearia > Petiscos | Sem sal, meio quilo.
Limão siciliano | Roça | Mercearia > Frutas | Uma dúzia, direto do produtor.
Colchão de molas | Bom Sono | Quarto > Colchões | Casal, firmeza média, dez anos de garantia.
Travesseiro de plumas | Bom Sono | Quarto > Travesseiros | Macio e antialérgico.
Lençol de algodão | Bom Sono | Quarto > Roupa de cama | Duzentos fios, com elástico.
Cobertor de lã | Bom Sono | Quarto > Roupa de cama | Quente e leve para o inverno.
Edredom dupla face | Bom Sono | Quarto > Roupa de cama | Azul de um lado, branco do outro.
Cortina blecaute | Janela Viva | Quarto > Cortinas | Escurece e abafa o barulho.
Criado-mudo com gaveta | Madeira Nobre | Quarto > Móveis | Pinus maciço, fácil de montar.
Estante de livros | Madeira Nobre | Sala > Móveis | Cinco prateleiras de mogno.
Poltrona de leitura | Madeira Nobre | Sala > Móveis | Estofada em linho, com apoio para os pés.
Mesa de jantar | Madeira Nobre | Sala > Móveis | Seis lugares, tampo de vidro.
Luminária de chão | Claridade | Sala > Iluminação | Cúpula de tecido, luz quente.
Abajur de cerâmica | Claridade | Quarto > Iluminação | Base esmaltada, lâmpada inclusa.
Lâmpada de LED | Claridade | Casa > Iluminação | Nove watts, dura dez anos.
Extensão elétrica de cinco metros | Claridade | Casa > Elétrica | Três tomadas com proteção.
Ventilador de teto | Brisa | Casa > Climatização | Três pás e controle remoto.
Ar-condicionado portátil | Brisa | Casa > Climatização | Resfria até vinte metros quadrados.
Toalha de banho | Maciez | Banheiro > Toalhas | Algodão egípcio, seca bem.
Sabonete de andiroba | Maciez | Banheiro > Sabonetes | Vegetal, feito na Amazônia.
Escova de dentes de bambu | Maciez | Banheiro > Higiene | Cerdas macias, caixa com quatro.
Chuveiro elétrico | Brisa | Banheiro > Chuveiros | Quatro temperaturas, jato forte.
Espelho redondo | Janela Viva | Banheiro > Espelhos | Moldura de couro, sessenta centímetros.
Estação de solda | Oficina | Ferramentas > Elétricas | Temperatura regulável, ponta fina.
Furadeira de impacto | Oficina | Ferramentas > Elétricas | Seiscentos watts, com maleta de brocas.
Chave de fenda | Oficina | Ferramentas > Manuais | Jogo de oito peças imantadas.
Martelo de unha | Oficina | Ferramentas > Manuais | Cabo de fibra que absorve o impacto.
Pincéis para parede | Oficina | Ferramentas > Pintura | Cinco larguras, cerdas que não soltam.
Escada dobrável | Oficina | Ferramentas > Escadas | Sete degraus de alumínio.
Mangueira de jardim | Quintal | Jardim > Irrigação | Vinte metros, não dobra.
Regador de zinco | Quintal | Jardim > Irrigação | Dez litros com crivo fino.
Vaso de barro | Quintal | Jardim > Vasos | Deixa a raiz respirar.
Sementes de manjericão | Quintal | Jardim > Sementes | Germinam em sete dias.
Rede de descanso | Quintal | Jardim > Lazer | Algodão com varandas de crochê.
Churrasqueira portátil | Quintal | Jardim > Lazer | Dobra e cabe no porta-malas.
Carvão vegetal | Quintal | Jardim > Lazer | Cinco quilos, acende fácil.
Ração para cães filhotes | Au Miau | Animais > Cachorros | Com frango, grãos pequenos.
Coleira de nylon | Au Miau | Animais > Cachorros | Fecho de segurança, três tamanhos.
Arranhador para gatos | Au Miau | Animais > Gatos | Sisal e pelúcia, com bolinha.
""",
    queries={
        "manutencao": ("Kit de manutenção para bicicleta",),
        "MANUTENÇÕES": ("Kit de manutenção para bicicleta",),
        "estacao de solda": ("Estação de solda",),
        "pao de queijo": ("Pão de queijo congelado",),
        "pães de queijo": ("Pão de queijo congelado",),
        "lencois de algodao": ("Lençol de algodão",),
        "colchoes": ("Colchão de molas",),
        "lampadas": ("Lâmpada de LED",),
        "frigideria": ("Frigideira antiaderente",),
        "racao para cachorro": ("Ração para cães filhotes",),
        "chuteiras": ("Chuteira de couro",),
        "xicaras de porcelana": ("Xícara de porcelana",),
        '"doce de leite"': ("Doce de leite",),
        "furadera": ("Furadeira de impacto",),
        "tábuas de cortar": ("Tábua de corte de bambu",),
        "ar condicionado": ("Ar-condicionado portátil",),
        "pincel para pintar parede": ("Pincéis para parede",),
        "feijoes": ("Feijão carioca",),
        "churasqueira": ("Churrasqueira portátil",),
        "estante para livro": ("Estante de livros",),
    },
    nonsense=("xqvwzt", "brolmúgo vaxtim", "çãpqrst", "zzkôwart", "gwhyplon"),
)
