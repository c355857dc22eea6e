namespace UwsgiIt.Api.Domains;

/// <summary>Asks the world whether a name is a customer's.</summary>
internal interface IDomainProof
{
    /// <summary>True when a TXT record at the name or above holds <c>uwsgi:UUID</c>. What cannot be asked counts as no.</summary>
    Task<bool> IsProvenAsync(string name, Guid customerUuid, CancellationToken cancellationToken);
}
