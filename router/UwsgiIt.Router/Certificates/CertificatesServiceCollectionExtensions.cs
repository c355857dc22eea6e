namespace UwsgiIt.Router.Certificates;

internal static class CertificatesServiceCollectionExtensions
{
    public static IServiceCollection AddCertificates(this IServiceCollection services)
    {
        services.AddSingleton<CertificateStore>();
        services.AddSingleton<ISubscribedCertificates>(static provider => provider.GetRequiredService<CertificateStore>());
        services.AddHostedService<CertificateExpiry>();
        services.AddHostedService<OcspStapler>();
        return services;
    }
}
