namespace UwsgiIt.Tuntap.Routing;

/// <summary>The rules that decided about a packet, for people who ask; the data path passes none.</summary>
internal sealed class DecisionTrace
{
    /// <summary>What each list said, in the order they were asked.</summary>
    public List<string> Steps { get; } = [];
}
