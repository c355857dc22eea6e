namespace UwsgiIt.Api.FunctionalTests;

public sealed class SqliteEnvironment : ApiEnvironment
{
    protected override Task<Dictionary<string, string?>> StorageAsync(string directory) => Task.FromResult(new Dictionary<string, string?>());
}
