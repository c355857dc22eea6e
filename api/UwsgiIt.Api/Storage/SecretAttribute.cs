namespace UwsgiIt.Api.Storage;

/// <summary>Never written to the audit log. With <see cref="Sealed"/> it is encrypted in the database too.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute
{
    /// <summary>Encrypted at rest. Default true; false for what is a hash already.</summary>
    public bool Sealed { get; init; } = true;
}
