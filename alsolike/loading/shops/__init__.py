"""Files of shop systems: Shopify, WooCommerce, Google Merchant, Magento and PrestaShop.

A module per system knows its columns. `records` reads rows, `feeds` items of XML, `values` prices,
times and words; `variants` makes one product of several rows, `orders` purchases of lines, and
`load` gives it all to the loader.
"""
