// The instances of the gateway: each a Web PubSub resource with an identity of its own, by which its callbacks are known.

import { instance } from '../types.bicep'

@export()
@description('An instance as it was made.')
type createdInstance = {
  @description('The gateway\'s name for it.')
  name: string
  @description('The name of the resource.')
  resource: string
  @description('The resource\'s host name.')
  host: string
  @description('The object id of its identity.')
  objectId: string
  @description('Its units.')
  units: int
}

@description('Required. The region of the instances that name none.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. The instances.')
param instances instance[]

@description('Required. True leaves only the clients\' side open to the internet.')
param privateNetwork bool

// The app's default, and the one hub that its trigger edge knows.
var hubName = 'gateway'

resource services 'Microsoft.SignalRService/webPubSub@2024-03-01' = [
  for instance in instances: {
    name: 'wps-${instance.name}-${token}'
    location: instance.?location ?? location
    tags: tags
    kind: 'WebPubSub'
    sku: { name: instance.sku, capacity: instance.units }
    // A resource has one identity. Its own, so that the app can tell the instances apart by it.
    identity: { type: 'SystemAssigned' }
    properties: {
      disableLocalAuth: true
      disableAadAuth: false
      publicNetworkAccess: 'Enabled'
      networkACLs: privateNetwork
        ? {
            defaultAction: 'Allow'
            publicNetwork: { allow: ['ClientConnection'], deny: ['ServerConnection', 'RESTAPI', 'Trace'] }
          }
        : null
      tls: { clientCertEnabled: false }
    }
  }
]

output hubName string = hubName
output instances createdInstance[] = [
  for (instance, at) in instances: {
    name: instance.name
    resource: services[at].name
    host: services[at].properties.hostName
    objectId: services[at].identity.principalId
    units: instance.units
  }
]
