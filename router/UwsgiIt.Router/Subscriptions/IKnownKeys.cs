namespace UwsgiIt.Router.Subscriptions;

/// <summary>Says whether somebody owns a name: a public key exists for it.</summary>
internal interface IKnownKeys
{
    /// <summary>True when a key file exists for exactly this key. Called per request for names a wildcard would serve: cheap, and allocation-free when asked before.</summary>
    bool IsKnown(ReadOnlySpan<char> key);
}
