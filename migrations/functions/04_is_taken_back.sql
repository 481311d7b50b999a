-- Whether a purchase's status says that all of it was taken back; null if it is unreadable.
-- The words of Shopify, WooCommerce, Magento and PrestaShop. What was never paid is taken back too;
-- what waits for its payment is not, and neither is what came back in part.
-- value: text of a file.
create or replace function raw.is_taken_back(value text) returns boolean
language sql
immutable
parallel safe
return case
    when
        regexp_replace(lower(value), '^wc-|[ _-]', '', 'g') in (
            'refunded', 'returned', 'cancelled', 'canceled', 'voided', 'void', 'failed', 'declined',
            'expired', 'chargeback', 'chargedback', 'reversed', 'fraud', 'trash', 'test'
        )
        then true
    when
        regexp_replace(lower(value), '^wc-|[ _-]', '', 'g') in (
            'paid', 'completed', 'complete', 'closed', 'open', 'new', 'pending', 'pendingpayment',
            'processing', 'onhold', 'holded', 'authorized', 'authorised', 'partiallypaid',
            'partiallyrefunded', 'partiallyreturned', 'fulfilled', 'unfulfilled',
            'partiallyfulfilled', 'shipped', 'partiallyshipped', 'delivered', 'active', 'confirmed'
        )
        then false
end;
