using System.Globalization;
using System.Net;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Network.Firewall;

/// <summary>The host's policy made ready: the address plan, its own rules, the gateway's services and where other servers' containers are.</summary>
public sealed class HostFirewall
{
    private readonly List<FirewallRule> _rules;

    private HostFirewall(AddressPlan plan, List<FirewallRule> rules, IReadOnlyList<GatewayService> services, IReadOnlyDictionary<uint, IPEndPoint> remotes)
    {
        Plan = plan;
        _rules = rules;
        Services = services;
        Remotes = remotes;
    }

    /// <summary>Stands in <see cref="Remotes"/> for the host's kernel.</summary>
    public static IPEndPoint Kernel { get; } = new(IPAddress.None, 0);

    /// <summary>The default policy, ready.</summary>
    public static HostFirewall Default { get; } = TryCompile(new HostPolicy(), [])!;

    /// <summary>Who has which address.</summary>
    public AddressPlan Plan { get; }

    /// <summary>What containers may ask of the gateway.</summary>
    public IReadOnlyList<GatewayService> Services { get; }

    /// <summary>Routers of other servers' containers, by the container's offset.</summary>
    public IReadOnlyDictionary<uint, IPEndPoint> Remotes { get; }

    /// <summary>Reads and compiles. All faults are gathered; on any the result is null.</summary>
    public static HostFirewall? TryCompile(HostPolicy policy, ICollection<string> faults)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(faults);
        var before = faults.Count;
        AddressPlan? plan = null;
        try
        {
            plan = new AddressPlan(policy.Block4, policy.Block6);
        }
        catch (FormatException e)
        {
            faults.Add(e.Message);
        }

        var rules = RuleList.Read(policy.Rules, HostPolicy.MaxRules, "the host", faults);
        foreach (var rule in rules.Where(static rule => rule.Action is RuleAction.Replies or RuleAction.Gateway))
        {
            faults.Add($"the host's rule \"{rule}\": only allow and deny are for hosts");
        }

        var services = new List<GatewayService>();
        foreach (var text in policy.GatewayServices)
        {
            if (GatewayService.TryParse(text, out var service))
            {
                services.Add(service);
            }
            else
            {
                faults.Add($"\"{text}\" is not a service; write udp/53 or tcp/53");
            }
        }

        var remotes = ReadRemotes(policy, plan, faults);
        return faults.Count > before ? null : new HostFirewall(plan!, rules, services, remotes);
    }

    /// <summary>True when packets of this protocol to or from this port of the gateway are a service's.</summary>
    public bool IsService(byte protocol, int port)
    {
        // Two or three entries.
        for (var i = 0; i < Services.Count; i++)
        {
            if (Services[i].Protocol == protocol && Services[i].Port == port)
            {
                return true;
            }
        }

        return false;
    }

    internal Chain? CompileFor(int uid, RuleDirection direction)
    {
        if (!_rules.Exists(rule => rule.Direction == direction))
        {
            return null;
        }

        var chain = new ChainBuilder(direction, Plan.V4(uid), Plan.V6(uid));
        for (var i = 0; i < _rules.Count; i++)
        {
            if (_rules[i].Direction == direction)
            {
                chain.Add(RuleOrigin.Host, i + 1, _rules[i]);
            }
        }

        chain.Add(RuleOrigin.Host, 0, IpPrefix.Anything, RuleAction.Allow);
        return chain.Build();
    }

    private static Dictionary<uint, IPEndPoint> ReadRemotes(HostPolicy policy, AddressPlan? plan, ICollection<string> faults)
    {
        var remotes = new Dictionary<uint, IPEndPoint>();
        if (policy.Remotes.Count > HostPolicy.MaxRemotes)
        {
            faults.Add($"more than {HostPolicy.MaxRemotes} containers on other servers");
            return remotes;
        }

        foreach (var (uid, text) in policy.Remotes)
        {
            if (plan is not null && uid >= AddressPlan.FirstUid && text == HostPolicy.ByKernel)
            {
                remotes[plan.Offset(uid)] = Kernel;
            }
            else if (plan is not null && uid >= AddressPlan.FirstUid && IPEndPoint.TryParse(text, out var router) && router.Port > 0)
            {
                remotes[plan.Offset(uid)] = router;
            }
            else
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"container {uid} on another server: \"{text}\" is not ADDRESS:PORT"));
            }
        }

        return remotes;
    }
}
