namespace UwsgiIt.Network.Firewall;

/// <summary>Where a rule of a chain comes from; chains hold them in this order.</summary>
public enum RuleOrigin
{
    /// <summary>The host's own list, looked at before any container's.</summary>
    Host,

    /// <summary>A service of the gateway, for example DNS.</summary>
    GatewayService,

    /// <summary>A link: this side's half of the consent.</summary>
    Link,

    /// <summary>Containers are apart from one another and from the gateway unless linked.</summary>
    Apart,

    /// <summary>A dmz container reaches nothing but its links.</summary>
    Dmz,

    /// <summary>A rule of the container's own list.</summary>
    Container,

    /// <summary>What happens when nothing matched.</summary>
    Default,
}
