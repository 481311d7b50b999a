-- Whether a purchase's status says that all of it was taken back; null if it is unreadable.
-- The words of Shopify, WooCommerce, Magento and PrestaShop, and those of common languages. What
-- was never paid is taken back too; what waits for its payment is not, and neither is what came
-- back in part.
-- value: text of a file.
create or replace function raw.is_taken_back(value text) returns boolean
language sql
immutable
parallel safe
return case
    when
        regexp_replace(lower(value), '^wc-|[ _-]', '', 'g') in (
            'refunded', 'returned', 'cancelled', 'canceled', 'voided', 'void', 'failed', 'declined',
            'expired', 'chargeback', 'chargedback', 'reversed', 'fraud', 'trash', 'test',
            'refund', 'return', 'cancel', 'storniert', 'storno', 'abgebrochen', 'erstattet',
            'rückerstattet', 'retourniert', 'annulé', 'annulée', 'remboursé', 'remboursée',
            'cancelado', 'cancelada', 'reembolsado', 'devuelto', 'annullato', 'rimborsato',
            'geannuleerd', 'terugbetaald', 'отменен', 'отменён', 'возврат', 'возвращен'
        )
        then true
    when
        regexp_replace(lower(value), '^wc-|[ _-]', '', 'g') in (
            'paid', 'completed', 'complete', 'closed', 'open', 'new', 'pending', 'pendingpayment',
            'processing', 'onhold', 'holded', 'authorized', 'authorised', 'partiallypaid',
            'partiallyrefunded', 'partiallyreturned', 'fulfilled', 'unfulfilled',
            'partiallyfulfilled', 'shipped', 'partiallyshipped', 'delivered', 'active', 'confirmed',
            'bezahlt',
            'offen',
            'versendet',
            'versandt',
            'geliefert',
            'abgeschlossen',
            'payé',
            'payée',
            'expédiée', 'livrée', 'terminée', 'pagado', 'enviado', 'entregado', 'pagato', 'spedito',
            'consegnato', 'betaald', 'verzonden', 'оплачен', 'доставлен', 'выполнен'
        )
        then false
end;
