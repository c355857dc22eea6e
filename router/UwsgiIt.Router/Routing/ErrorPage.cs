namespace UwsgiIt.Router.Routing;

/// <summary>What an error answer says, and in which form.</summary>
internal sealed record ErrorPage(byte[] Body, string Type);
