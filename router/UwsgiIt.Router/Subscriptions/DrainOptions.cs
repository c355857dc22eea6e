namespace UwsgiIt.Router.Subscriptions;

/// <summary>A node that is to get no new requests.</summary>
internal sealed class DrainOptions
{
    /// <summary>The subscription key, or <c>*</c> for every key that announces the address.</summary>
    public string Key { get; set; } = "";

    /// <summary>The node's address, as it announces it.</summary>
    public string Address { get; set; } = "";

    public bool Covers(string key, string address) => Address == address && (Key == "*" || Key.Equals(key, StringComparison.OrdinalIgnoreCase));
}
