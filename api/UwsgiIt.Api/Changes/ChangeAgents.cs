namespace UwsgiIt.Api.Changes;

/// <summary>Which programs of a host a change concerns. Stored by number.</summary>
[Flags]
internal enum ChangeAgents
{
    None = 0,
    Containerd = 1,
    Router = 2,
    Both = Containerd | Router,
}
