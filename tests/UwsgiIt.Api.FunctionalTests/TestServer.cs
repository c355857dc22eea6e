namespace UwsgiIt.Api.FunctionalTests;

internal sealed record TestServer(int Id, string Name, string Address);
