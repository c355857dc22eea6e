namespace UwsgiIt.Api.Storage;

/// <summary>Whose rows a context sees. Until authentication says otherwise: nobody's.</summary>
internal sealed class Tenant
{
    private const int Nobody = -1;

    /// <summary>Every row of everybody: operators, hosts and our own upkeep.</summary>
    public static Tenant Everyone => new() { Unrestricted = true };

    public bool Unrestricted { get; private set; }

    public int CustomerId { get; private set; } = Nobody;

    public static Tenant Of(int customerId) => new() { CustomerId = customerId };

    /// <summary>Set once per request, by authentication, before the request's context is made.</summary>
    public void Become(int? customerId)
    {
        Unrestricted = customerId is null;
        CustomerId = customerId ?? Nobody;
    }
}
