namespace UwsgiIt.Network.Firewall;

/// <summary>What a rule does with a packet it matches.</summary>
public enum RuleAction
{
    /// <summary>Go on with it.</summary>
    Allow,

    /// <summary>Drop it.</summary>
    Deny,

    /// <summary>Out: send it to another server's router, named behind the action (the original's words are <c>gateway</c> and <c>route</c>). In: drop it, as the original does.</summary>
    Gateway,

    /// <summary>Ours: allow it when it answers something this container sent or accepted lately, else look at the next rule.</summary>
    Replies,
}
