-- Let this session live as long as its process: it idles while the work goes on elsewhere. A client
-- whose machine is gone is noticed within two minutes. No parameters. One row.
select
    set_config('idle_session_timeout', '0', false),
    set_config('tcp_keepalives_idle', '60', false),
    set_config('tcp_keepalives_interval', '15', false),
    set_config('tcp_keepalives_count', '4', false)
