namespace UwsgiIt.Router.Subscriptions;

/// <summary>Who wants a node to get no new requests.</summary>
[Flags]
internal enum DrainReasons
{
    None = 0,

    /// <summary>The operator, by the admin listener, until he takes it back.</summary>
    Operator = 1,

    /// <summary><c>Registry:Draining</c>, which outlasts a restart.</summary>
    Configuration = 2,

    /// <summary>The node's own last announce.</summary>
    Announce = 4,
}
