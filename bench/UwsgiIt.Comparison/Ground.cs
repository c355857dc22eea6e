using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using UwsgiIt.Comparison.Announces;

namespace UwsgiIt.Comparison;

/// <summary>What all subjects share: a folder, the cheap upstream with its addresses, and certificates for <c>bench.example</c>.</summary>
internal sealed class Ground : IDisposable
{
    public const string Host = "bench.example";

    private readonly ProcessTree _backend;
    private readonly Lazy<Customer> _customer;

    public Ground()
    {
        Folder = Directory.CreateTempSubdirectory("uwsgiit-bench-").FullName;

        // Workers of the peers run as users of their own.
        System.IO.File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        HttpBackend = $"127.0.0.1:{ListeningPort.Free()}";
        UwsgiBackend = File("uwsgi.sock");
        FastCgiBackend = File("fastcgi.sock");
        _backend = new ProcessTree(File("backend.log"), "dotnet", [Binary("UwsgiIt.Backend", "UwsgiIt.Backend.dll"), "--http", HttpBackend, "--uwsgi", UwsgiBackend, "--fastcgi", FastCgiBackend]);
        _customer = new Lazy<Customer>(() => new Customer(Folder));
        WriteCertificate("ecdsa").Dispose();
        using var rsa = RSA.Create(2048);
        Write("rsa", new CertificateRequest($"CN={Host}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), rsa.ExportPkcs8PrivateKeyPem()).Dispose();
    }

    public static int Cores => Environment.ProcessorCount;

    public string Folder { get; }

    /// <summary>Who signs announces.</summary>
    public Customer Customer => _customer.Value;

    public string HttpBackend { get; }

    public string UwsgiBackend { get; }

    public string FastCgiBackend { get; }

    /// <summary>The repository's root: where the solution is.</summary>
    public static string Root { get; } = FindRoot();

    public string File(string name) => Path.Combine(Folder, name);

    public static string Binary(string project, string file) => Path.Combine(Root, "bench", project, "bin/Release/net10.0", file);

    public Task ReadyAsync() => ListeningPort.OwnedByAsync(_backend, IPEndPoint.Parse(HttpBackend).Port, "the upstream");

    /// <summary>Writes <c>name.crt</c>, <c>name.key</c> and <c>name.pem</c> for <see cref="Host"/>, of a new P-256 key; each file is whole at any moment.</summary>
    public X509Certificate2 WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Write(name, new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        if (_customer.IsValueCreated)
        {
            _customer.Value.Dispose();
        }

        _backend.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "UwsgiIt.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("UwsgiIt.sln is in no folder above this program.");
    }

    private X509Certificate2 Write(string name, CertificateRequest request, string key)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        names.AddDnsName("*." + Host);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var pem = certificate.ExportCertificatePem();
        Replace(File(name + ".crt"), pem + "\n");
        Replace(File(name + ".key"), key + "\n");

        // haproxy wants both in one file.
        Replace(File(name + ".pem"), pem + "\n" + key + "\n");
        return certificate;
    }

    private static void Replace(string file, string text)
    {
        System.IO.File.WriteAllText(file + ".new", text);
        System.IO.File.Move(file + ".new", file, overwrite: true);
    }
}
