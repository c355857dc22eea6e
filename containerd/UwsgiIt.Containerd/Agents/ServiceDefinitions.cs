using System.Text.Json;
using System.Text.Json.Nodes;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Agents;

/// <summary>
/// Custom services, which operators run for a customer, as containers of this host like any other: the service's text is a container's definition
/// in JSON. Its number is ours to say, from the last one down, so that none of the api's containers has it; so are customer and key.
/// </summary>
internal static class ServiceDefinitions
{
    /// <summary>The container, or what is wrong with the text.</summary>
    public static (ContainerDefinition? Definition, string? Fault) Of(HostService service)
    {
        try
        {
            var definition = JsonNode.Parse(service.Config, documentOptions: new JsonDocumentOptions { MaxDepth = 16 }) as JsonObject ?? throw new JsonException("no object");
            (definition["uid"], definition["name"], definition["customer"], definition["private_key"]) = (UidOf(service.Id), service.Name, service.Customer, service.PrivateKey);
            return (definition.Deserialize(ContainerJson.Default.ContainerDefinition), null);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return (null, $"custom service {service.Id}: its text is no definition of a container: {e.Message}");
        }
    }

    public static uint UidOf(int serviceId) => ContainerLimits.LastUid - (uint)serviceId;
}
