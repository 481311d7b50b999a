-- How many decimals a currency has, of ISO 4217.
-- currency: its code in any case, or null, which stands for one of two decimals.
create or replace function raw.decimals(currency text) returns integer
language sql
immutable
parallel safe
return case
    when
        upper(currency) in (
            'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
            'VND', 'VUV', 'XAF', 'XOF', 'XPF'
        )
        then 0
    when upper(currency) in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when upper(currency) in ('CLF', 'UYW') then 4
    else 2
end;
