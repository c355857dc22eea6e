namespace UwsgiIt.Api.FunctionalTests;

/// <summary>An api that holds its customers to little, and to saying which revision they mean.</summary>
public sealed class StrictEnvironment : ApiEnvironment
{
    public const int Reads = 8;
    public const int Writes = 4;
    public const int Claims = 2;

    protected override Task<Dictionary<string, string?>> StorageAsync(string directory) => Task.FromResult(new Dictionary<string, string?>
    {
        ["Requests:ReadsPerMinute"] = $"{Reads}",
        ["Requests:WritesPerMinute"] = $"{Writes}",
        ["Requests:ClaimsPerMinute"] = $"{Claims}",
        ["Requests:RequireIfMatch"] = "true",
    });
}
