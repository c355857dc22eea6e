using System.Collections.Concurrent;
using UwsgiIt.Api.Domains;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>Names proven for customers, by decree.</summary>
internal sealed class FakeProof : IDomainProof
{
    public ConcurrentDictionary<(string Name, Guid Customer), bool> Proven { get; } = new();

    public Task<bool> IsProvenAsync(string name, Guid customerUuid, CancellationToken cancellationToken) => Task.FromResult(DomainName.WithParents(name).Any(parent => Proven.ContainsKey((parent, customerUuid))));
}
