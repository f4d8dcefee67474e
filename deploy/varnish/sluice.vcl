# Varnish as a cache before sluice: however many players ask, sluice is asked once for each playlist, part and segment.
# docs/caching.md says why each line is as it is. Run by a test.
vcl 4.1;

backend sluice {
    .host = "127.0.0.1";
    .port = "8080";
    # A held request is answered within three target durations.
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 20s;
}

sub vcl_recv {
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # What of a query means something, in one order and one spelling; the rest (CMCD, tokens, numbers against caches) would
    # only make copies, and each copy of a question that is held takes one of the stream's places.
    if (req.url ~ "\?") {
        set req.http.X-Directives = "";
        if (req.url ~ "[?&]_HLS_msn=(0|[1-9][0-9]{0,18})(&|$)") {
            set req.http.X-Directives = req.http.X-Directives + "&" +
                regsub(req.url, "^.*?[?&](_HLS_msn=(0|[1-9][0-9]{0,18}))(&.*)?$", "\1");
        }
        if (req.url ~ "[?&]_HLS_part=(0|[1-9][0-9]{0,18})(&|$)") {
            set req.http.X-Directives = req.http.X-Directives + "&" +
                regsub(req.url, "^.*?[?&](_HLS_part=(0|[1-9][0-9]{0,18}))(&.*)?$", "\1");
        }
        if (req.url ~ "[?&]_HLS_skip=(YES|v2)(&|$)") {
            set req.http.X-Directives = req.http.X-Directives + "&" +
                regsub(req.url, "^.*?[?&](_HLS_skip=(YES|v2))(&.*)?$", "\1");
        }
        set req.url = regsub(req.url, "\?.*$", "") + regsub(req.http.X-Directives, "^&", "?");
        unset req.http.X-Directives;
    }
    # The content is the same for everybody.
    unset req.http.Cookie;
    unset req.http.Authorization;
    return (hash);
}

sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_response {
    # How long is sluice's to say, of errors too: Varnish by itself would let every request for one of these through for
    # two minutes.
    if (beresp.status == 400 || beresp.status == 503) {
        set beresp.ttl = 1s;
    }
    # A playlist that is out of date is of no use.
    set beresp.grace = 0s;
    return (deliver);
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
