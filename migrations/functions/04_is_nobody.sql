-- Whether a shopper's id is what shop systems write for a guest: one of these words, in capitals or
-- not and however its parts are set apart; zeros, a negative number or signs alone; or the address
-- that a shop puts where it needs one.
-- value: text of a file. The API has the same rule (api/http/ids.py); a test compares them.
create or replace function raw.is_nobody(value text) returns boolean
language sql
immutable
parallel safe
return case
    -- Most ids; the rest costs more.
    when value ~ '^[1-9][0-9]*$' or length(value) > 100 then false
    else (
        select
            n.bare ~ '^0*$'
            or n.folded ~ '^-[0-9]+([.]0+)?$'
            or n.folded ~ '^(guest|anonymous|none|null|nobody|no-?reply|unknown|undefined)@'
            or n.bare in (
                'anon',
                'anonimo',
                'anonym',
                'anonyme',
                'anonymer',
                'anonymous',
                'anonymouscustomer',
                'anonymoususer', 'anónimo', 'besucher', 'convidado', 'deleted', 'deleteduser',
                'desconocido',
                'direct',
                'false',
                'gast',
                'gastbestellung',
                'gastkonto',
                'gastkunde',
                'gościnny', 'gość', 'guest', 'guestaccount', 'guestcheckout', 'guestcustomer',
                'guestorder', 'guests', 'guestshopper', 'guestuser', 'gäste', 'inconnu', 'invitado',
                'invité', 'invitée', 'keinkonto', 'keinkunde', 'na', 'nan', 'nil', 'noaccount',
                'nobody', 'nocustomer', 'none', 'notapplicable', 'notloggedin', 'notset', 'nouser',
                'null', 'ohnekonto', 'ospite', 'sconosciuto', 'unbekannt', 'undefined', 'unknown',
                'visitante', 'visiteur', 'visitor', 'walkin', 'walkincustomer', 'аноним', 'гость',
                'неизвестно'
            )
        from (
            select
                f.folded,
                regexp_replace(f.folded, '[][(){}<> _/\\:;,.!?#*"''–—-]', '', 'g') as bare
            from (
                select lower(regexp_replace(normalize(value, nfc), raw.unseen(), '', 'g')) as folded
            ) as f
        ) as n
    )
end;
