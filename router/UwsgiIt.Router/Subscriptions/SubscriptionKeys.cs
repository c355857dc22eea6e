namespace UwsgiIt.Router.Subscriptions;

/// <summary>Parts of a subscription key: <c>host[:port][/path]</c>.</summary>
internal static class SubscriptionKeys
{
    /// <summary>The key without port and path.</summary>
    public static string HostPart(string key)
    {
        var host = HostPart(key.AsSpan());
        return host.Length == key.Length ? key : host.ToString();
    }

    /// <summary>The text without path and without <c>:port</c>; a bracketed IPv6 literal keeps its colons.</summary>
    public static ReadOnlySpan<char> HostPart(ReadOnlySpan<char> key)
    {
        var slash = key.IndexOf('/');
        var host = slash < 0 ? key : key[..slash];
        var colon = host.LastIndexOf(':');
        return colon < 0 || (host.Length > 0 && host[^1] == ']') ? host : host[..colon];
    }

    /// <summary>A wildcard must leave at least two labels: <c>.com</c> would capture the names of everybody.</summary>
    public static bool IsTooWide(string key) => key.StartsWith('.') && HostPart(key.AsSpan())[1..].IndexOf('.') < 0;
}
