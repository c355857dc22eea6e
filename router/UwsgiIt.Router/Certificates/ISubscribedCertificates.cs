using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Certificates;

/// <summary>The registry's side of the certificate store. Calls come one at a time from the announcing thread and must not block on slow disks for long.</summary>
internal interface ISubscribedCertificates
{
    /// <summary>
    /// A slot with this name announced a certificate. Called for every accepted packet that carries one, so an unchanged claim must be cheap.
    /// Returns true when the name now has a usable certificate; a bad pair keeps the previous one.
    /// </summary>
    bool Offer(string sniName, SniClaim claim, SenderCredentials? sender);

    /// <summary>The last node of the last slot with this name is gone.</summary>
    void Withdraw(string sniName);
}
