namespace UwsgiIt.Network.Firewall;

/// <summary>Which chain of a container a rule belongs to.</summary>
public enum RuleDirection
{
    /// <summary>Packets towards the container.</summary>
    In,

    /// <summary>Packets from the container.</summary>
    Out,
}
