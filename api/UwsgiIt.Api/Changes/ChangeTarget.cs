namespace UwsgiIt.Api.Changes;

/// <summary>Whom a change concerns.</summary>
internal sealed record ChangeTarget(string Kind, long ObjectId, int? CustomerId, ChangeAgents Agents, IReadOnlyCollection<int> ServerIds)
{
    public static ChangeTarget Local(string kind, long id, int? customerId = null) => new(kind, id, customerId, ChangeAgents.None, []);
}
