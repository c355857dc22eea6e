namespace UwsgiIt.Router.Hosting;

/// <summary>What a listener speaks.</summary>
internal enum EndpointKind
{
    /// <summary>HTTP.</summary>
    Http = 0,

    /// <summary>uwsgi packets of a web server or another router (the original's fastrouter).</summary>
    Uwsgi,
}
