"""Files of shop systems: Shopify, WooCommerce, Google Merchant, Magento and PrestaShop.

A module per system knows its columns. `headers` tells whose file it is, `records` reads rows,
`values` prices, times and words, `variants` makes one product of several rows, `orders` purchases
and returns of order lines, and `load` gives it all to the loader.
"""
