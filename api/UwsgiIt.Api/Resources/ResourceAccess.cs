using UwsgiIt.Api.Authentication;

namespace UwsgiIt.Api.Resources;

/// <summary>Who may read and who may write one kind of object, and which verbs there are.</summary>
internal sealed record ResourceAccess(Surface Read, Surface Write, Scopes Scope)
{
    public bool OwnersOnly { get; init; }

    public bool CanCreate { get; init; } = true;

    public bool CanPatch { get; init; } = true;

    public bool CanDelete { get; init; } = true;

    /// <summary>Operators alone make and delete; customers change.</summary>
    public bool OperatorsCreate { get; init; }

    public static ResourceAccess Customers(Scopes scope) => new(Surface.Customer, Surface.Customer, scope);

    public static ResourceAccess Shared => new(Surface.Customer, Surface.Operator, Scopes.Admin | Scopes.Read);

    public static ResourceAccess Operators => new(Surface.Operator, Surface.Operator, Scopes.Admin);

    public Access ForRead => new(Read, Scope);

    public Access ForChange => new(Write, Scope) { OwnersOnly = OwnersOnly };

    public Access ForCreate => OperatorsCreate ? new Access(Surface.Operator, Scopes.Admin) : ForChange;
}
