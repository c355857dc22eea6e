using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.News;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Resources;

/// <summary>The modern root: kinds of objects with the common verbs, then what does not fit them.</summary>
internal static class VersionOneEndpoints
{
    private const string DocumentName = "v1";

    public static IServiceCollection AddVersionOne(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(static json => ApiJson.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
        services.AddOpenApi(DocumentName, static options => options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new Microsoft.OpenApi.OpenApiInfo { Title = "UwsgiIt provisioning API", Version = DocumentName };
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
        return services;
    }

    public static void MapVersionOne(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1").AddEndpointFilter<RouteGroupBuilder, BodyFilter>();
        MapResources(v1);
        CustomerActions.Map(v1);
        ContainerActions.Map(v1);
        DomainActions.Map(v1);
        AlarmEndpoints.Map(v1);
        MetricEndpoints.Map(v1);
        ServerActions.Map(v1);
        HostEndpoints.Map(v1);
        ChangeEndpoints.Map(v1);
        AuditEndpoints.Map(v1);
        BootstrapEndpoints.Map(v1);
        app.MapOpenApi("/v1/openapi.json").WithMetadata(new Access(Surface.Public));
        app.MapGet("/healthz", static () => "ok").WithMetadata(new Access(Surface.Public)).ExcludeFromDescription();
        app.MapGet("/readyz", ReadyAsync).WithMetadata(new Access(Surface.Public)).ExcludeFromDescription();
    }

    private static void MapResources(RouteGroupBuilder v1)
    {
        v1.MapResource<CustomerStore, Customer, CustomerView, CustomerCreate, CustomerPatch>("/customers", ResourceAccess.Customers(Scopes.Account) with { OwnersOnly = true, OperatorsCreate = true });
        v1.MapResource<UserStore, User, UserView, UserCreate, UserPatch>("/users", ResourceAccess.Customers(Scopes.Account) with { OwnersOnly = true });
        v1.MapResource<TokenStore, Token, TokenView, TokenCreate, TokenPatch>("/tokens", ResourceAccess.Customers(Scopes.Account));
        v1.MapResource<CertificateStore, Certificate, CertificateView, CertificateCreate, CertificatePatch>("/certificates", ResourceAccess.Customers(Scopes.Domains));
        v1.MapResource<AttributeStore, CustomerAttribute, AttributeView, AttributeCreate, AttributePatch>("/attributes", ResourceAccess.Operators);
        v1.MapResource<ContainerStore, Container, ContainerView, ContainerCreate, ContainerPatch>("/containers", ResourceAccess.Customers(Scopes.Containers));
        v1.MapResource<LinkStore, ContainerLink, LinkView, LinkCreate, NoBody>("/links", ResourceAccess.Customers(Scopes.Containers) with { CanPatch = false });
        v1.MapResource<RuleStore, FirewallRule, RuleView, RuleCreate, RulePatch>("/rules", ResourceAccess.Shared with { Scope = Scopes.Containers | Scopes.Admin });
        v1.MapResource<PortmapStore, Portmap, PortmapView, PortmapCreate, NoBody>("/portmaps", ResourceAccess.Customers(Scopes.Containers) with { CanPatch = false });
        v1.MapResource<LoopboxStore, Loopbox, LoopboxView, LoopboxCreate, LoopboxPatch>("/loopboxes", ResourceAccess.Customers(Scopes.Containers));
        v1.MapResource<DistroStore, Distro, DistroView, DistroCreate, DistroPatch>("/distros", ResourceAccess.Shared);
        v1.MapResource<CustomDistroStore, CustomDistro, CustomDistroView, CustomDistroCreate, CustomDistroPatch>("/custom-distros", ResourceAccess.Customers(Scopes.Containers));
        v1.MapResource<DomainStore, Domain, DomainView, DomainCreate, DomainPatch>("/domains", ResourceAccess.Customers(Scopes.Domains) with { CanCreate = false });
        v1.MapResource<TagStore, Tag, TagView, TagCreate, TagPatch>("/tags", ResourceAccess.Customers(Scopes.Containers | Scopes.Domains));
        v1.MapResource<NewsStore, NewsItem, NewsView, NewsCreate, NewsPatch>("/news", ResourceAccess.Shared);
        v1.MapResource<DatacenterStore, Datacenter, DatacenterView, DatacenterCreate, DatacenterPatch>("/datacenters", ResourceAccess.Operators);
        v1.MapResource<ServerStore, Server, ServerView, ServerCreate, ServerPatch>("/servers", ResourceAccess.Shared);
        v1.MapResource<LegionStore, Legion, LegionView, LegionCreate, LegionPatch>("/legions", ResourceAccess.Shared);
        v1.MapResource<FloatingAddressStore, FloatingAddress, FloatingAddressView, FloatingAddressCreate, FloatingAddressPatch>("/floating-addresses", ResourceAccess.Shared);
        v1.MapResource<CustomServiceStore, CustomService, CustomServiceView, CustomServiceCreate, CustomServicePatch>("/custom-services", ResourceAccess.Shared);
        v1.MapResource<PrivilegedClientStore, PrivilegedClient, PrivilegedClientView, PrivilegedClientCreate, PrivilegedClientPatch>("/privileged-clients", ResourceAccess.Operators);
        v1.MapResource<CollectedFileStore, CollectedFile, CollectedFileView, CollectedFileCreate, NoBody>("/collected-files", ResourceAccess.Operators with { CanPatch = false });
    }

    // Ready is: the database answers.
    private static async Task<IResult> ReadyAsync(Storage.ApiContextFactory factory, CancellationToken cancellationToken)
    {
        await using var db = factory.CreateForEveryone();
        return await db.Database.CanConnectAsync(cancellationToken) ? TypedResults.Text("ok") : TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }
}
