using UwsgiIt.Router.ProxyProtocol;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>Names whose nodes want to be told their client by a PROXY header.</summary>
internal sealed class ProxyHeaderOptions
{
    /// <summary>A subscription key, or <c>*.example.com</c> for all below.</summary>
    public string Key { get; set; } = "";

    /// <summary>V1 or V2. Default V2.</summary>
    public ProxyVersion Version { get; set; } = ProxyVersion.V2;

    public bool Covers(string key) => Key.StartsWith('*') ? key.EndsWith(Key[1..], StringComparison.OrdinalIgnoreCase) : key.Equals(Key, StringComparison.OrdinalIgnoreCase);
}
