using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Customers;

/// <summary>Free text an operator keeps with a customer.</summary>
internal sealed class CustomerAttribute : TrackedRow
{
    public int CustomerId { get; set; }

    public required string Namespace { get; set; }

    public required string Key { get; set; }

    public string? Value { get; set; }
}
